import type { Graph, Id, Named, Node } from "./graph.ts"

/**
 * The graph with a copy wherever an output, or the update of a slot, names the old value of a slot that the program
 * replaces: so what a run gives can be read, and slots can be exchanged, in whatever order the slots are replaced.
 *
 * ```ts
 * import { separate } from "@residual/graph"
 * const type = { dtype: "f32", shape: [] } as const
 * const count = { op: "input", inputs: [], attrs: { name: "count", ...type, binding: "slot" }, types: [type] }
 * const next = { op: "neg", inputs: [0], attrs: {}, types: [type] }
 * separate({ nodes: [count, next], outputs: [{ name: "before", id: 0 }], updates: [{ name: "count", id: 1 }] }).nodes.length // => 3
 * ```
 */
export const separate = (graph: Graph): Graph => {
  const nodes: Array<Node> = [...graph.nodes]
  const updated = new Map(graph.updates.map(({ name, id }) => [name, id]))
  const copies = new Map<Id, Id>()
  const copyOf = (id: Id): Id => {
    const known =
      copies.get(id) ?? nodes.push({ op: "barrier", inputs: [id], attrs: {}, types: (nodes[id] as Node).types }) - 1
    copies.set(id, known)
    return known
  }
  const isReplaced = (id: Id, slot: string | undefined): boolean => {
    const { op, attrs, body } = nodes[id] as Node
    const name = attrs["name"] as string
    const isSlot = op === "input" && body === undefined && attrs["binding"] === "slot"
    return isSlot && name !== slot && updated.has(name) && updated.get(name) !== id
  }
  const apart = ({ name, id }: Named, slot: string | undefined): Named => ({
    name,
    id: isReplaced(id, slot) ? copyOf(id) : id
  })
  const outputs = graph.outputs.map((output) => apart(output, undefined))
  const updates = graph.updates.map((update) => apart(update, update.name))
  return { nodes, outputs, updates }
}
