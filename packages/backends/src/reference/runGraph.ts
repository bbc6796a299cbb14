import { type Arithmetic, isPrimitiveName, type TensorType } from "@residual/core"
import type { Graph, Id, Named, Node } from "@residual/graph"
import type { AnyKernel } from "./kernel.ts"
import { kernels } from "./kernels.ts"
import type { Mode } from "./mode.ts"
import { allocate, type Data, floatsOf, type Value } from "./value.ts"

/**
 * What a run of a graph gives: its outputs, and the next values of the slots that it updates.
 *
 * ```ts
 * import type { Results } from "@residual/backends/reference"
 * const nothing: Results<number> = { outputs: {}, updates: {} }
 * nothing.outputs // => {}
 * ```
 */
export interface Results<A> {
  readonly outputs: Readonly<Record<string, Value<A>>>
  readonly updates: Readonly<Record<string, Value<A>>>
}

/**
 * Interprets a graph, node after node, over any arithmetic. `inputs` binds every input and slot by name, with elements
 * in row-major order. Throws an `UndecidedError` where an index, an order or an integer depends on a scalar that stands
 * for several numbers.
 *
 * ```ts
 * import { runGraph } from "@residual/backends/reference"
 * import { input, numberArithmetic, op } from "@residual/core"
 * import { lower } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const graph = lower({ outputs: { y: op.mul(input("x", [2]), 3) } }, new Set())
 * const run = Either.isRight(graph) ? runGraph(graph.right, { x: Float64Array.of(1, 2) }, numberArithmetic, "exact") : null
 * run?.outputs["y"]?.data // => Float64Array.of(3, 6)
 * ```
 */
export const runGraph = <A>(
  graph: Graph,
  inputs: Readonly<Record<string, Data<A>>>,
  arithmetic: Arithmetic<A>,
  mode: Mode
): Results<A> => {
  const values: Array<ReadonlyArray<Value<A>>> = []
  const expiring = expirations(graph)
  graph.nodes.forEach((node, id) => {
    const operands = node.inputs.map((input) => values[input] as ReadonlyArray<Value<A>>)
    values.push(runNode(node, operands, inputs, arithmetic, mode))
    for (const last of expiring[id] as ReadonlyArray<Id>) values[last] = []
  })
  const named = (entries: ReadonlyArray<Named>): Readonly<Record<string, Value<A>>> =>
    Object.fromEntries(entries.map(({ name, id }) => [name, values[id]?.[0] as Value<A>]))
  return { outputs: named(graph.outputs), updates: named(graph.updates) }
}

/** For each node, the values that nothing reads after it, so that they can be let go. */
const expirations = ({ nodes, outputs, updates }: Graph): ReadonlyArray<ReadonlyArray<Id>> => {
  const last = nodes.map((_, id) => id)
  nodes.forEach((node, id) => {
    for (const input of node.inputs) last[input] = id
  })
  const kept = new Set([...outputs, ...updates].map(({ id }) => id))
  const expiring = nodes.map((): Array<Id> => [])
  last.forEach((at, id) => {
    if (!kept.has(id)) expiring[at]?.push(id)
  })
  return expiring
}

/**
 * Computes one node from all outputs of each node that it reads. A claimed composite is computed by its body.
 */
export const runNode = <A>(
  node: Node,
  operands: ReadonlyArray<ReadonlyArray<Value<A>>>,
  bound: Readonly<Record<string, Data<A>>>,
  arithmetic: Arithmetic<A>,
  mode: Mode
): ReadonlyArray<Value<A>> => {
  const inputs = operands.flat()
  if (node.body !== undefined) {
    const parameters = Object.fromEntries(inputs.map(({ data }, at) => [String(at), data]))
    const { outputs } = runGraph(node.body, parameters, arithmetic, mode)
    return node.types.map((_, at) => outputs[String(at)] as Value<A>)
  }
  if (!isPrimitiveName(node.op)) throw new Error(`the graph holds "${node.op}", which is no primitive and has no body`)
  const kernel: AnyKernel = kernels[node.op]
  const { attrs, types } = node
  const results = kernel<A>({ arithmetic, inputs, attrs, types, bound: (name) => bound[name] as Data<A> })
  return results.map((data, at) => {
    const type = types[at] as TensorType.TensorType
    const isOperands = inputs.some((input) => input.data === data)
    if (mode === "exact" || type.dtype !== "f32" || isOperands) return { type, data }
    // What the caller bound is the caller's; anything else was made by the kernel just now.
    return { type, data: rounded(arithmetic, data, node.op === "input" ? allocate(arithmetic, type) : data) }
  })
}

const rounded = <A>(arithmetic: Arithmetic<A>, from: Data<A>, to: Data<A>): Data<A> => {
  const [x, out] = [floatsOf(from), floatsOf(to)]
  for (let i = 0; i < x.length; i++) out[i] = arithmetic.roundToFloat32(x[i] as A)
  return to
}
