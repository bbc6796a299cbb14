import { TensorType } from "@residual/core"
import { type Computation, type Graph, type Id, lower, type Place, type Program, type Slot } from "@residual/graph"

const typeOf = (graph: Graph, id: Id): TensorType.TensorType => graph.nodes[id]?.types[0] as TensorType.TensorType

/** A program that nobody optimised: a region for each node, and for each value a buffer of its own. */
export const naiveProgram = (computation: Computation, change: Partial<Program> = {}): Program => {
  const lowered = lower(computation, new Set())
  if (lowered._tag === "Left") throw lowered.left
  const graph = lowered.right
  const places = new Map<Id, Place>()
  const buffers: Array<Program["buffers"][number]> = []
  const inputs: Array<Program["inputs"][number]> = []
  const read = new Map<string, Id>()
  let offset = 0
  for (const [id, { op, attrs, types }] of graph.nodes.entries()) {
    const name = attrs["name"] as string
    if (op === "constant") places.set(id, { in: "constant" })
    else if (op === "input" && attrs["binding"] === "slot") {
      places.set(id, { in: "slot", slot: name })
      read.set(name, id)
    } else if (op === "input") {
      places.set(id, { in: "input", name })
      inputs.push({ name, type: typeOf(graph, id), id })
    } else if (types.length === 1) {
      const bytes = TensorType.bytes(typeOf(graph, id))
      places.set(id, { in: "arena", buffer: buffers.length })
      buffers.push({ offset, bytes, holds: [id] })
      offset += bytes
    }
  }
  const written = new Map(graph.updates.map(({ name, id }) => [name, id]))
  const slots = [...new Set([...read.keys(), ...written.keys()])].map((name): Slot => {
    const [reads, updates] = [read.get(name), written.get(name)]
    const type = typeOf(graph, (reads ?? updates) as Id)
    const access = updates === undefined ? "read" : reads === undefined ? "write" : "donated"
    return {
      name,
      type,
      access,
      inPlace: false,
      ...(reads === undefined ? {} : { reads }),
      ...(updates === undefined ? {} : { updates })
    }
  })
  const regions = graph.nodes.flatMap((node, id) => {
    if (places.get(id)?.in !== "arena") return []
    const nodes = node.op === "project" ? [...node.inputs, id] : [id]
    const reads = nodes.flatMap((at) => graph.nodes[at]?.inputs ?? []).filter((at) => !nodes.includes(at))
    return [
      {
        kind: "elementwise" as const,
        space: [],
        axes: [],
        nodes,
        reads,
        writes: [id],
        scalars: [],
        varying: [],
        segments: []
      }
    ]
  })
  return {
    graph,
    inputs,
    slots,
    slotGroups: [],
    outputs: graph.outputs,
    regions,
    buffers,
    places,
    arenaBytes: offset,
    peakBytes: offset,
    hash: JSON.stringify(graph),
    ...change
  }
}
