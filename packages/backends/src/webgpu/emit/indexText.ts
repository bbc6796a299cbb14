import type { Element } from "../../kernel/element.ts"
import type { Atom, Condition, Index, Loop } from "../../kernel/indexExpression.ts"
import { bare } from "../wgsl/bare.ts"

/** How counters and computed integers are called in a kernel; all of them are `i32` there. */
export interface IndexNames {
  readonly loop: (loop: Loop) => string
  readonly computed: (element: Element) => string
}

/** An index as text, an `i32`. */
export const indexText = (index: Index, names: IndexNames): string => {
  const parts = index.terms.map(({ atom, coefficient }) => multiple(atomText(atom, names), coefficient))
  if (index.constant !== 0 || parts.length === 0) parts.push(`${index.constant}`)
  return parts.join(" + ").replaceAll("+ -", "- ")
}

const multiple = (text: string, by: number): string => (by === 1 ? text : by === -1 ? `-${text}` : `${by} * ${text}`)

const atomText = (atom: Atom, names: IndexNames): string => {
  switch (atom.kind) {
    case "loop":
      return names.loop(atom.loop)
    case "computed":
      return names.computed(atom.element as Element)
    case "quotient":
      return quotientText(atom.of, atom.by, names)
    case "remainder":
      return remainderText(atom.of, atom.by, names)
    case "guarded":
      return `select(0, ${indexText(atom.of, names)}, ${bare(conditionsText(atom.conditions, names))})`
  }
}

/** How many times a divisor is added to what is divided, so that it is not negative. */
const lift = ({ low }: Index, by: number): number => (low < 0 ? Math.ceil(-low / by) : 0)

const lifted = (index: Index, by: number, names: IndexNames): string => {
  const times = lift(index, by)
  return `${indexText(index, names)}${times === 0 ? "" : ` + ${times * by}`}`
}

const quotientText = (index: Index, by: number, names: IndexNames): string => {
  const divided = dividedText(lifted(index, by, names), by)
  const times = lift(index, by)
  return times === 0 ? divided : `(${divided} - ${times})`
}

const remainderText = (index: Index, by: number, names: IndexNames): string =>
  remainingText(lifted(index, by, names), by)

/** A text with brackets around it, where it is more than a name or a number. */
const enclosed = (text: string): string => (/^\w+$/.test(text) || bare(text) !== text ? text : `(${text})`)

const isPower = (by: number): boolean => Number.isInteger(Math.log2(by))

/** The quotient of an integer that is not negative. */
export const dividedText = (text: string, by: number): string => {
  if (by === 1) return text
  return isPower(by) ? `(${enclosed(text)} >> ${Math.log2(by)}u)` : `(${enclosed(text)} / ${by})`
}

/** The remainder of an integer that is not negative. */
export const remainingText = (text: string, by: number): string => {
  if (by === 1) return "0"
  return isPower(by) ? `(${enclosed(text)} & ${by - 1})` : `(${enclosed(text)} % ${by})`
}

/** Whether conditions hold, as text, a `bool`. */
export const conditionsText = (conditions: ReadonlyArray<Condition>, names: IndexNames): string =>
  conditions.length === 0 ? "true" : `(${conditions.map((condition) => conditionText(condition, names)).join(" && ")})`

const conditionText = (condition: Condition, names: IndexNames): string => {
  const index = indexText(condition.index, names)
  if (condition.kind === "multiple") return `${enclosed(index)} % ${condition.of} == 0`
  const { low, high } = condition
  // As numbers without sign, those below are large.
  return `u32(${index}${low === 0 ? "" : low < 0 ? ` + ${-low}` : ` - ${low}`}) < ${high - low}u`
}
