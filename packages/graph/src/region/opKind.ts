import { isPrimitiveName, type PrimitiveName, primitives, Shape } from "@residual/core"
import type { Node } from "../graph.ts"
import { constantValues } from "../nodeKey.ts"

/**
 * What fusion sees in an op:
 *
 * - `leaf`: lies in memory already;
 * - `filled`: a number, or an element's own index: computed wherever it is used;
 * - `view`: the same elements, found elsewhere; `boundary`: a view of a value that must lie in memory (`barrier`);
 * - `elementwise`; `pull`: computed at each element of its result, from elements that it looks up;
 * - `reduction`; `product`; `scatter`;
 * - `alone`: runs by itself, on operands that lie in memory, a claimed composite's under any views that strides express; `project`: one of its outputs.
 */
export type OpKind =
  | "leaf"
  | "filled"
  | "view"
  | "boundary"
  | "elementwise"
  | "pull"
  | "reduction"
  | "product"
  | "scatter"
  | "alone"
  | "project"

const kinds: Readonly<Partial<Record<PrimitiveName, OpKind>>> = {
  input: "leaf",
  iota: "filled",
  project: "project",
  barrier: "boundary",
  reshape: "view",
  transpose: "view",
  broadcast: "view",
  slice: "view",
  pad: "view",
  window: "view",
  randomBits: "pull",
  gather: "pull",
  dynamicSlice: "pull",
  concat: "pull",
  sum: "reduction",
  max: "reduction",
  dot: "product",
  scatterAdd: "scatter"
}

/** What fusion sees in a node; a claimed composite is `alone`, whatever it is called. */
export const opKind = (node: Node): OpKind => {
  if (node.body !== undefined || !isPrimitiveName(node.op)) return "alone"
  if (node.op === "constant") return constantValues(node)?.length === 1 ? "filled" : "leaf"
  return kinds[node.op] ?? (primitives[node.op].elementwise ? "elementwise" : "alone")
}

/** The number of elements of a node's first output. */
export const elementsOf = ({ types }: Node): number => Shape.size(types[0]?.shape ?? [])

/** The shape of a node's first output. */
export const shapeOf = ({ types }: Node): Shape.Shape => types[0]?.shape ?? []
