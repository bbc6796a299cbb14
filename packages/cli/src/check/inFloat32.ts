import { type Computation, type Graph, raise, transcribe } from "@residual/graph"

/** The same computation in floats of 32 bits, where it was composed in floats of 64. */
export const inFloat32 = (computation: Computation): Computation => raise(narrowed(transcribe(computation)))

// Inputs, constants and casts name their element types; those of other nodes follow from what they read.
const narrowed = (graph: Graph): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => ({
    ...node,
    attrs: node.attrs["dtype"] === "f64" ? { ...node.attrs, dtype: "f32" } : node.attrs,
    ...(node.body === undefined ? {} : { body: narrowed(node.body) })
  }))
})
