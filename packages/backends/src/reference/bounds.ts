import { type AnyExpr, DType, type Interval, Intervals, intervalArithmetic, TensorType } from "@residual/core"
import { InputError } from "../error/inputError.ts"
import type * as Tensor from "../tensor.ts"
import { elementsFor, lowered, type Read, readsOf } from "./hostInputs.ts"
import type { Mode } from "./mode.ts"
import { runGraph } from "./runGraph.ts"
import { type Data, floatsOf, plainOf, type Value } from "./value.ts"

/**
 * An input that is only known to lie between two values, element by element.
 *
 * ```ts
 * import type { Range } from "@residual/backends/reference"
 * const range: Range = { low: [0, 1], high: [1, 1] }
 * range.low // => [0, 1]
 * ```
 */
export interface Range {
  readonly low: Tensor.Numbers
  readonly high: Tensor.Numbers
}

/**
 * Between which numbers each element of a value lies, and which elements may be NaN. A bool that is undecided lies
 * between 0 and 1; an element that is NaN for certain lies between Infinity and -Infinity.
 *
 * ```ts
 * import { bounds } from "@residual/backends/reference"
 * import { input, op } from "@residual/core"
 * const root = bounds({ y: op.sqrt(input("x", [1])) }, { x: { low: [-1], high: [4] } }).y
 * root.mayBeNaN // => [true]
 * ```
 */
export interface Bounds {
  readonly type: TensorType.TensorType
  readonly low: Float64Array
  readonly high: Float64Array
  readonly mayBeNaN: ReadonlyArray<boolean>
}

/**
 * Bounds of expressions for inputs that are numbers or ranges, by running the graph on outward-rounded intervals: they
 * hold the exact result, and what any backend computes in float64 (in `rounded` mode: with each op's result rounded to
 * its element type) that adds in the same order, and whose functions err by no more than `assumedUlp`.
 *
 * Where a condition is undecided, `where` has the hull of both branches. Throws an `UndecidedError` where an index or an
 * order is, an `InputError` for inputs that do not match.
 *
 * ```ts
 * import { bounds } from "@residual/backends/reference"
 * import { input, op } from "@residual/core"
 * const x = input("x", [1])
 * const { low, high } = bounds({ y: op.where(op.less(x, 0), 0, x) }, { x: { low: [-1], high: [2] } }).y
 * low // => Float64Array.of(-1)
 * high // => Float64Array.of(2)
 * ```
 */
export const bounds = <Name extends string>(
  exprs: Readonly<Record<Name, AnyExpr>>,
  inputs: Readonly<Record<string, Tensor.Numbers | Range>>,
  mode: Mode = "exact"
): Readonly<Record<Name, Bounds>> => {
  const graph = lowered(exprs)
  const bound = readsOf(graph, Object.keys(inputs)).map((read) => [read.name, intervals(read, inputs[read.name])])
  const { outputs } = runGraph<Interval>(graph, Object.fromEntries(bound), intervalArithmetic, mode)
  const found = Object.entries(outputs).map(([name, value]) => [name, ends(value)] as const)
  return Object.fromEntries(found) as Readonly<Record<Name, Bounds>>
}

const isRange = (given: Tensor.Numbers | Range | undefined): given is Range =>
  typeof given === "object" && "low" in given && "high" in given

const intervals = (read: Read, given: Tensor.Numbers | Range | undefined): Data<Interval> => {
  const low = elementsFor(read, isRange(given) ? given.low : given)
  if (!DType.isFloat(read.type.dtype)) {
    if (!isRange(given)) return low as Data<Interval>
    throw new InputError({
      input: read.name,
      expected: TensorType.print(read.type),
      given: "a range, which only floats have"
    })
  }
  const high = isRange(given) ? elementsFor(read, given.high) : low
  return Array.from(low as Float64Array, (from, at) =>
    Intervals.hull(Intervals.point(from), Intervals.point(high[at] as number))
  )
}

const ends = ({ type, data }: Value<Interval>): Bounds => {
  if (!DType.isFloat(type.dtype)) {
    const plain = Array.from(plainOf(data))
    const isBool = type.dtype === "bool"
    return {
      type,
      low: Float64Array.from(plain, (value) => (isBool && value === 2 ? 0 : value)),
      high: Float64Array.from(plain, (value) => (isBool && value === 2 ? 1 : value)),
      mayBeNaN: plain.map(() => false)
    }
  }
  const each = Array.from(floatsOf(data))
  return {
    type,
    low: Float64Array.from(each, ({ low }) => low),
    high: Float64Array.from(each, ({ high }) => high),
    mayBeNaN: each.map(({ nan }) => nan)
  }
}
