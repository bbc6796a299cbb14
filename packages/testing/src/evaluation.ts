import { allocate, type Data, element, type Mode, runGraph } from "@residual/backends/reference"
import { type AnyExpr, numberArithmetic, type TensorType } from "@residual/core"
import { type Graph, lower } from "@residual/graph"

/**
 * Values of inputs by name, each with its elements in row-major order.
 *
 * ```ts
 * import type { Bound } from "@residual/testing"
 * const bound: Bound = { x: [1, 2] }
 * bound.x?.length // => 2
 * ```
 */
export type Bound = Readonly<Record<string, ArrayLike<number>>>

/**
 * Makes expressions ready to be computed many times: from values of their inputs to the elements of each. Values of
 * inputs that the expressions do not read are let be.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { exactly, type Evaluate } from "@residual/testing"
 * const evaluate: Evaluate = exactly
 * evaluate([op.exp(input("x", [2]))])({ x: [0, 1] }) // => [Float64Array.of(1, Math.E)]
 * ```
 */
export type Evaluate = (outputs: ReadonlyArray<AnyExpr>) => (bound: Bound) => ReadonlyArray<ArrayLike<number>>

const interpreted =
  (mode: Mode): Evaluate =>
  (outputs) => {
    const lowered = lower({ outputs: Object.fromEntries(outputs.map((output, at) => [String(at), output])) }, new Set())
    if (lowered._tag === "Left") throw lowered.left
    const graph = lowered.right
    const reads = readsOf(graph)
    return (bound) => {
      const data = Object.fromEntries(reads.map(({ name, type }) => [name, elementsOf(type, bound[name] ?? [])]))
      const results = runGraph(graph, data, numberArithmetic, mode).outputs
      return outputs.map((_, at) => results[String(at)]?.data as ArrayLike<number>)
    }
  }

const readsOf = ({ nodes }: Graph): ReadonlyArray<{ readonly name: string; readonly type: TensorType.TensorType }> =>
  nodes.flatMap(({ op, attrs, types }) =>
    op === "input" ? [{ name: attrs["name"] as string, type: types[0] as TensorType.TensorType }] : []
  )

const elementsOf = (type: TensorType.TensorType, values: ArrayLike<number>): Data<number> => {
  const data = allocate(numberArithmetic, type)
  for (let at = 0; at < data.length; at++) data[at] = element(numberArithmetic, type.dtype, values[at] as number)
  return data
}

/**
 * Computes expressions on the reference backend with every float in 64 bits, whatever its element type: what all other
 * results are measured against.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { exactly } from "@residual/testing"
 * exactly([op.mul(input("x", []), 1)])({ x: [0.1] }) // => [Float64Array.of(0.1)]
 * ```
 */
export const exactly: Evaluate = interpreted("exact")

/**
 * Computes expressions on the reference backend with the result of each op rounded to its element type.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { rounding } from "@residual/testing"
 * rounding([op.mul(input("x", []), 1)])({ x: [0.1] }) // => [Float64Array.of(Math.fround(0.1))]
 * ```
 */
export const rounding: Evaluate = interpreted("rounded")
