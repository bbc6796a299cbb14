import { type AnyExpr, input, topological } from "@residual/core"
import type { Graph, Id, Named, Node } from "./graph.ts"
import type { Computation } from "./lower.ts"

/**
 * Expressions as they were composed, as a graph: nothing is inlined, every composite is a node with its body, and
 * `stopGradient` stays. It is what printing shows; `lower` gives the graph that is compiled.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { transcribe } from "@residual/graph"
 * transcribe({ outputs: { y: op.gelu(input("x", [2])) } }).nodes.map((node) => node.op) // => ["input", "gelu"]
 * ```
 */
export const transcribe = ({ outputs, updates = {} }: Computation): Graph => {
  const nodes: Array<Node> = []
  const places = new Map<AnyExpr, Id>()
  const inputs = new Map<string, Id>()
  for (const expr of topological([...Object.values(outputs), ...Object.values(updates)])) {
    const name = expr.op.name === "input" ? (expr.attrs as { readonly name: string }).name : undefined
    const known = name === undefined ? undefined : inputs.get(name)
    const id = known ?? nodes.push(nodeOf(expr, places)) - 1
    places.set(expr, id)
    if (name !== undefined) inputs.set(name, id)
  }
  const named = (entries: Readonly<Record<string, AnyExpr>>): ReadonlyArray<Named> =>
    Object.entries(entries).map(([name, expr]) => ({ name, id: places.get(expr) as Id }))
  return { nodes, outputs: named(outputs), updates: named(updates) }
}

const nodeOf = (expr: AnyExpr, places: ReadonlyMap<AnyExpr, Id>): Node => ({
  op: expr.op.name,
  inputs: expr.inputs.map((value) => places.get(value) as Id),
  attrs: expr.attrs as Node["attrs"],
  types: expr.types,
  ...(expr.op.kind === "composite" ? { body: bodyOf(expr, expr.op.define) } : {})
})

const bodyOf = (
  expr: AnyExpr,
  define: (inputs: ReadonlyArray<AnyExpr>, attrs: unknown) => ReadonlyArray<AnyExpr>
): Graph => {
  const parameters = expr.inputs.map(({ type }, at) => input(String(at), type.shape, { dtype: type.dtype }))
  const values = define(parameters, expr.attrs)
  return transcribe({ outputs: Object.fromEntries(values.map((value, at) => [String(at), value])) })
}
