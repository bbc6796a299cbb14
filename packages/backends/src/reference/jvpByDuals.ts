import { type AnyExpr, DType, type Dual, dual, numberArithmetic, TensorType } from "@residual/core"
import { InputError } from "../error/inputError.ts"
import type * as Tensor from "../tensor.ts"
import { elementsFor, lowered, type Read, readsOf } from "./hostInputs.ts"
import { runGraph } from "./runGraph.ts"
import { type Data, floatsOf, type Value } from "./value.ts"

/**
 * A value and its derivative in a direction; integers and bools have none.
 *
 * ```ts
 * import type { Derived } from "@residual/backends/reference"
 * const count: Derived = { primal: { type: { dtype: "i32", shape: [] }, data: Int32Array.of(3) }, tangent: null }
 * count.tangent // => null
 * ```
 */
export interface Derived {
  readonly primal: Value<number>
  readonly tangent: Value<number> | null
}

/**
 * Values and their directional derivatives, by running the graph on dual numbers: forward mode without any backward
 * function, which is what makes it an oracle for them. A float input without a tangent is held constant.
 *
 * It differentiates what is computed: `stopGradient` and a composite's own backward, which may say otherwise, are not
 * seen. Conventions at kinks are those of dual arithmetic. Throws an `InputError` for inputs and tangents that do not
 * match, a `CompileError` where the expressions do not lower.
 *
 * ```ts
 * import { jvpByDuals } from "@residual/backends/reference"
 * import { input, op } from "@residual/core"
 * const x = input("x", [2])
 * jvpByDuals({ y: op.mul(x, x) }, { x: [3, 5] }, { x: [1, 10] }).y.tangent?.data // => Float64Array.of(6, 100)
 * ```
 */
export const jvpByDuals = <Name extends string>(
  exprs: Readonly<Record<Name, AnyExpr>>,
  inputs: Readonly<Record<string, Tensor.Numbers>>,
  tangents: Readonly<Record<string, Tensor.Numbers>>
): Readonly<Record<Name, Derived>> => {
  const graph = lowered(exprs)
  readsOf(graph, Object.keys(tangents))
  const bound = readsOf(graph, Object.keys(inputs)).map((read) => {
    const primal = elementsFor(read, inputs[read.name])
    return [read.name, duals(read, primal, tangents[read.name])]
  })
  const { outputs } = runGraph<Dual<number>>(graph, Object.fromEntries(bound), dual(numberArithmetic), "exact")
  const derived = Object.entries(outputs).map(([name, value]) => [name, parts(value)])
  return Object.fromEntries(derived)
}

const duals = (read: Read, primal: Data<number>, given: Tensor.Numbers | undefined): Data<Dual<number>> => {
  if (!DType.isFloat(read.type.dtype)) {
    if (given === undefined) return primal as Data<Dual<number>>
    throw new InputError({ input: read.name, expected: `no tangent for ${TensorType.print(read.type)}`, given: "one" })
  }
  const tangent = given === undefined ? new Float64Array(primal.length) : elementsFor(read, given)
  return Array.from(primal as Float64Array, (value, at) => ({ primal: value, tangent: tangent[at] as number }))
}

const parts = ({ type, data }: Value<Dual<number>>): Derived => {
  if (!DType.isFloat(type.dtype)) return { primal: { type, data: data as Data<number> }, tangent: null }
  const both = floatsOf(data) as ArrayLike<Dual<number>>
  return {
    primal: { type, data: Float64Array.from(both, ({ primal }) => primal) },
    tangent: { type, data: Float64Array.from(both, ({ tangent }) => tangent) }
  }
}
