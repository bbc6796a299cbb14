import { type AnyExpr, numberArithmetic } from "@residual/core"
import * as Tensor from "../tensor.ts"
import { tensorOf } from "./hostData.ts"
import { elementsFor, lowered, readsOf } from "./hostInputs.ts"
import type { Mode } from "./mode.ts"
import { runGraph } from "./runGraph.ts"
import type { Value } from "./value.ts"

/**
 * Computes expressions on numbers at once: lowers them and interprets the graph. Throws a `CompileError` where they do
 * not lower, an `InputError` where an input is missing, left over or has another number of elements.
 *
 * ```ts
 * import { evaluate } from "@residual/backends/reference"
 * import { input, op } from "@residual/core"
 * evaluate({ y: op.exp(input("x", [2])) }, { x: [0, 1] }).y.data // => Float64Array.of(1, Math.E)
 * ```
 */
export const evaluate = <Name extends string>(
  exprs: Readonly<Record<Name, AnyExpr>>,
  inputs: Readonly<Record<string, Tensor.Numbers>> = {},
  mode: Mode = "exact"
): Readonly<Record<Name, Value<number>>> => {
  const graph = lowered(exprs)
  const bound = readsOf(graph, Object.keys(inputs)).map((read) => [read.name, elementsFor(read, inputs[read.name])])
  const { outputs } = runGraph<number>(graph, Object.fromEntries(bound), numberArithmetic, mode)
  return outputs as Readonly<Record<Name, Value<number>>>
}

/**
 * A value's elements nested as deep as it has axes.
 *
 * ```ts
 * import { evaluate, nested } from "@residual/backends/reference"
 * import { op } from "@residual/core"
 * nested(evaluate({ y: op.iota([2, 2], { axis: 1 }) }).y) // => [[0, 1], [0, 1]]
 * ```
 */
export const nested = (value: Value<number>): Tensor.Numbers => Tensor.toArray(tensorOf(value, "exact"))
