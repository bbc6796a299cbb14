import { type AnyExpr, numberArithmetic, TensorType } from "@residual/core"
import { type Graph, lower } from "@residual/graph"
import { InputError } from "../error/inputError.ts"
import * as Tensor from "../tensor.ts"
import { dataOf, tensorOf } from "./hostData.ts"
import type { Mode } from "./mode.ts"
import { runGraph } from "./runGraph.ts"
import type { Data, Value } from "./value.ts"

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
  const lowered = lower({ outputs: exprs }, new Set())
  if (lowered._tag === "Left") throw lowered.left
  const { outputs } = runGraph(lowered.right, bind(lowered.right, inputs), numberArithmetic, mode)
  return outputs as Readonly<Record<Name, Value<number>>>
}

/** The elements of every input that a graph reads. */
const bind = (
  { nodes }: Graph,
  given: Readonly<Record<string, Tensor.Numbers>>
): Readonly<Record<string, Data<number>>> => {
  const read = nodes.flatMap(({ op, attrs, types }) =>
    op === "input" ? [{ name: attrs["name"] as string, type: types[0] as TensorType.TensorType }] : []
  )
  const left = Object.keys(given).find((name) => !read.some((input) => input.name === name))
  if (left !== undefined) throw new InputError({ input: left, expected: "nothing: it is not read", given: "a value" })
  return Object.fromEntries(read.map(({ name, type }) => [name, elements(name, type, given[name])]))
}

const elements = (name: string, type: TensorType.TensorType, given: Tensor.Numbers | undefined): Data<number> => {
  const expected = TensorType.print(type)
  if (given === undefined) throw new InputError({ input: name, expected, given: "nothing" })
  const tensor = Tensor.make(given, { dtype: type.dtype })
  if (TensorType.size(tensor.type) !== TensorType.size(type)) {
    throw new InputError({ input: name, expected, given: TensorType.print(tensor.type) })
  }
  return dataOf(tensor)
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
