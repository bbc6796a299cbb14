import { type AnyExpr, apply, applyComposite, type Composite, isPrimitiveName, primitives } from "@residual/core"
import type { Graph, Id, Named, Node } from "./graph.ts"
import type { Computation } from "./lower.ts"

/**
 * A verified graph as expressions, the other way from `transcribe`. A composite comes back with the backward that is
 * derived from its body, since a graph does not hold another.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { print, raise, transcribe } from "@residual/graph"
 * const graph = transcribe({ outputs: { y: op.gelu(input("x", [2])) } })
 * print(transcribe(raise(graph))) === print(graph) // => true
 * ```
 */
export const raise = ({ nodes, outputs, updates }: Graph): Computation => {
  const values = expressions(nodes, () => undefined)
  const named = (entries: ReadonlyArray<Named>): Readonly<Record<string, AnyExpr>> =>
    Object.fromEntries(entries.map(({ name, id }) => [name, values[id] as AnyExpr]))
  return { outputs: named(outputs), updates: named(updates) }
}

const expressions = (
  nodes: ReadonlyArray<Node>,
  bound: (name: string) => AnyExpr | undefined
): ReadonlyArray<AnyExpr> => {
  const values: Array<AnyExpr> = []
  for (const { op, inputs, attrs, body } of nodes) {
    const operands = inputs.map((id: Id) => values[id] as AnyExpr)
    const given = op === "input" && body === undefined ? bound(attrs["name"] as string) : undefined
    if (given !== undefined) values.push(given)
    else if (body !== undefined) values.push(applyComposite(compositeOf(op, body), operands, attrs))
    else if (isPrimitiveName(op)) values.push(apply(primitives[op] as typeof primitives.add, operands, attrs as never))
  }
  return values
}

const compositeOf = (name: string, body: Graph): Composite => ({
  kind: "composite",
  name,
  outputs: Number.POSITIVE_INFINITY,
  define: (inputs) => {
    const values = expressions(body.nodes, (name) => inputs[Number(name)])
    const byName = new Map(body.outputs.map(({ name, id }) => [name, values[id] as AnyExpr]))
    return body.outputs.map((_, at) => byName.get(String(at)) as AnyExpr)
  },
  backward: "derived",
  rule: "the pullback of its body",
  elementwise: false
})
