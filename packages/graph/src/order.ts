import type { Graph, Id, Node } from "./graph.ts"

/**
 * What outputs and updates need, in the order in which it is to be computed; the rest is dropped.
 *
 * Every value is computed when it is first asked for, and what lies close to the leaves is asked for first: the loss
 * before the gradients, the last block's gradients before the first block's. So the gradient of a parameter is computed
 * as soon as the residual that it needs is there, which then dies, and a recomputation runs in the backward pass, right
 * before its first use. (Asking in the order of the parameters would go through the whole backward pass for the first
 * one, and keep every residual for the others.) What a barrier comes after is computed before it, if anything else needs it;
 * with the order that is done, and the barrier is left with the value that it stands for.
 *
 * ```ts
 * import { order } from "@residual/graph"
 * const x = { op: "input", inputs: [], attrs: { name: "x", dtype: "f32", shape: [], binding: "run" }, types: [{ dtype: "f32", shape: [] }] } as const
 * const unused = { ...x, attrs: { ...x.attrs, name: "unused" } }
 * order({ nodes: [unused, x], outputs: [{ name: "y", id: 1 }], updates: [] }).nodes.length // => 1
 * ```
 */
export const order = (graph: Graph): Graph => {
  const roots = [...graph.outputs, ...graph.updates].map(({ id }) => id)
  const needed = neededBy(roots, graph.nodes)
  const waitsFor = (id: Id): ReadonlyArray<Id> => {
    const node = graph.nodes[id] as Node
    return node.op === "barrier" ? node.inputs.filter((input, at) => at === 0 || needed.has(input)) : node.inputs
  }
  const levels = levelsOf(graph.nodes)
  const shallowFirst = (ids: ReadonlyArray<Id>): ReadonlyArray<Id> =>
    ids.length < 2 ? ids : [...ids].sort((a, b) => (levels[a] as number) - (levels[b] as number))
  const placed = new Array<Id | undefined>(graph.nodes.length).fill(undefined)
  const nodes: Array<Node> = []
  const entered = new Set<Id>()
  const stack: Array<{ readonly id: Id; readonly reads: ReadonlyArray<Id>; next: number }> = []
  const enter = (id: Id): void => {
    if (entered.has(id)) return
    entered.add(id)
    stack.push({ id, reads: shallowFirst(waitsFor(id)), next: 0 })
  }
  for (const root of shallowFirst(roots)) {
    enter(root)
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const next = frame.reads[frame.next]
      if (next === undefined) {
        const node = graph.nodes[frame.id] as Node
        placed[frame.id] = nodes.push({ ...node, inputs: valuesOf(node).map((id) => placed[id] as Id) }) - 1
        stack.pop()
      } else {
        frame.next++
        enter(next)
      }
    }
  }
  const renamed = (entries: Graph["outputs"]): Graph["outputs"] =>
    entries.map(({ name, id }) => ({ name, id: placed[id] as Id }))
  return { nodes, outputs: renamed(graph.outputs), updates: renamed(graph.updates) }
}

/** What a node computes with. */
const valuesOf = ({ op, inputs }: Node): ReadonlyArray<Id> => (op === "barrier" ? inputs.slice(0, 1) : inputs)

const neededBy = (roots: ReadonlyArray<Id>, nodes: ReadonlyArray<Node>): ReadonlySet<Id> => {
  const needed = new Set(roots)
  for (const id of needed) for (const input of valuesOf(nodes[id] as Node)) needed.add(input)
  return needed
}

/** How many ops lie between each node and the leaves, at most. */
const levelsOf = (nodes: ReadonlyArray<Node>): ReadonlyArray<number> => {
  const levels: Array<number> = []
  for (const { inputs } of nodes) {
    levels.push(inputs.reduce((level, id) => Math.max(level, (levels[id] as number) + 1), 0))
  }
  return levels
}
