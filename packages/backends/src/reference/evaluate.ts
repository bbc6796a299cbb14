import { type AnyExpr, numberArithmetic, Shape, TensorType } from "@residual/core"
import { type Graph, lower } from "@residual/graph"
import { InputError } from "../inputError.ts"
import type { Mode } from "./mode.ts"
import { runGraph } from "./runGraph.ts"
import { allocate, type Data, element, plainOf, type Value } from "./value.ts"

/**
 * Numbers as people write them down: nested arrays, flat arrays in row-major order, or typed arrays.
 *
 * ```ts
 * import type { Numbers } from "@residual/backends/reference"
 * const matrix: Numbers = [[1, 2], [3, 4]]
 * matrix // => [[1, 2], [3, 4]]
 * ```
 */
export type Numbers = number | boolean | ArrayLike<number> | ReadonlyArray<Numbers>

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
  inputs: Readonly<Record<string, Numbers>> = {},
  mode: Mode = "exact"
): Readonly<Record<Name, Value<number>>> => {
  const lowered = lower({ outputs: exprs }, new Set())
  if (lowered._tag === "Left") throw lowered.left
  const { outputs } = runGraph(lowered.right, bind(lowered.right, inputs), numberArithmetic, mode)
  return outputs as Readonly<Record<Name, Value<number>>>
}

/** The elements of every input that a graph reads. */
const bind = ({ nodes }: Graph, given: Readonly<Record<string, Numbers>>): Readonly<Record<string, Data<number>>> => {
  const read = nodes.flatMap(({ op, attrs, types }) =>
    op === "input" ? [{ name: attrs["name"] as string, type: types[0] as TensorType.TensorType }] : []
  )
  const left = Object.keys(given).find((name) => !read.some((input) => input.name === name))
  if (left !== undefined) throw new InputError({ input: left, expected: "nothing: it is not read", given: "a value" })
  return Object.fromEntries(read.map(({ name, type }) => [name, elements(name, type, given[name])]))
}

const elements = (name: string, type: TensorType.TensorType, given: Numbers | undefined): Data<number> => {
  const expected = TensorType.print(type)
  if (given === undefined) throw new InputError({ input: name, expected, given: "nothing" })
  const flat = flatten(given)
  if (flat.length !== Shape.size(type.shape))
    throw new InputError({ input: name, expected, given: `${flat.length} elements` })
  const out = allocate(numberArithmetic, type)
  for (let i = 0; i < flat.length; i++) plainOf(out)[i] = element(numberArithmetic, type.dtype, flat[i] as number)
  return out
}

const flatten = (given: Numbers): ArrayLike<number> => {
  if (typeof given !== "object") return [Number(given)]
  if (!Array.isArray(given)) return given as ArrayLike<number>
  const out: Array<number> = []
  for (const row of given as ReadonlyArray<Numbers>) {
    const inner = flatten(row)
    for (let i = 0; i < inner.length; i++) out.push(inner[i] as number)
  }
  return out
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
export const nested = <A>({ type: { shape }, data }: Value<A>): A | number | ReadonlyArray<unknown> => {
  const nest = (axis: number, start: number, length: number): A | number | ReadonlyArray<unknown> => {
    if (axis === shape.length) return data[start] as A | number
    const count = shape[axis] as number
    const step = count === 0 ? 0 : length / count
    return Array.from({ length: count }, (_, at) => nest(axis + 1, start + at * step, step))
  }
  return nest(0, 0, data.length)
}
