import type { Element } from "../../kernel/element.ts"
import type { Atom, Condition, Index, Loop } from "../../kernel/indexExpression.ts"
import type { Code } from "../wasm/code.ts"
import { i32, select } from "../wasm/instructions.ts"

/** Where counters and computed integers are found while a kernel runs. */
export interface IndexSource {
  readonly loop: (loop: Loop) => Code
  readonly computed: (element: Element) => Code
}

/** The code of an index; `times` multiplies it, as the bytes of an element do. */
export const indexCode = (index: Index, source: IndexSource, times = 1): Code => {
  const parts = index.terms.map(({ atom, coefficient }) => multiple(atomCode(atom, source), coefficient * times))
  if (index.constant !== 0 || parts.length === 0) parts.push(i32.constant(index.constant * times))
  return parts.reduce((sum, part) => i32.add(sum, part))
}

const multiple = (code: Code, by: number): Code => {
  if (by === 1) return code
  const exponent = Math.log2(by)
  return Number.isInteger(exponent) ? i32.shiftLeft(code, i32.constant(exponent)) : i32.mul(code, i32.constant(by))
}

const atomCode = (atom: Atom, source: IndexSource): Code => {
  switch (atom.kind) {
    case "loop":
      return source.loop(atom.loop)
    case "computed":
      return source.computed(atom.element as Element)
    case "quotient":
      return quotientCode(atom.of, atom.by, source)
    case "remainder":
      return remainderCode(atom.of, atom.by, source)
    case "guarded":
      return select(indexCode(atom.of, source), i32.constant(0), conditionsCode(atom.conditions, source))
  }
}

/** How many times a divisor is added to what is divided, so that it is not negative. */
const lift = ({ low }: Index, by: number): number => (low < 0 ? Math.ceil(-low / by) : 0)

const lifted = (index: Index, by: number, source: IndexSource): Code => {
  const times = lift(index, by)
  const code = indexCode(index, source)
  return times === 0 ? code : i32.add(code, i32.constant(times * by))
}

const quotientCode = (index: Index, by: number, source: IndexSource): Code => {
  const exponent = Math.log2(by)
  const code = lifted(index, by, source)
  const divided = Number.isInteger(exponent)
    ? i32.shiftRightUnsigned(code, i32.constant(exponent))
    : i32.divUnsigned(code, i32.constant(by))
  const times = lift(index, by)
  return times === 0 ? divided : i32.sub(divided, i32.constant(times))
}

const remainderCode = (index: Index, by: number, source: IndexSource): Code => {
  const code = lifted(index, by, source)
  return Number.isInteger(Math.log2(by)) ? i32.and(code, i32.constant(by - 1)) : i32.remUnsigned(code, i32.constant(by))
}

/** Whether conditions hold, 1 or 0. */
export const conditionsCode = (conditions: ReadonlyArray<Condition>, source: IndexSource): Code =>
  conditions.map((condition) => conditionCode(condition, source)).reduce((all, one) => i32.and(all, one))

const conditionCode = (condition: Condition, source: IndexSource): Code => {
  const code = indexCode(condition.index, source)
  if (condition.kind === "multiple") return i32.isZero(i32.remSigned(code, i32.constant(condition.of)))
  const { low, high } = condition
  const above = low === 0 ? code : i32.sub(code, i32.constant(low))
  return i32.lessUnsigned(above, i32.constant(high - low))
}
