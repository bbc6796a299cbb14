import type { Node } from "../graph.ts"
import type { Place } from "../program.ts"

/** Where a value lies that no region writes. */
export const leafPlace = (node: Node): Place | undefined => {
  if (node.body !== undefined) return undefined
  if (node.op === "constant") return { in: "constant" }
  if (node.op !== "input") return undefined
  const name = node.attrs["name"] as string
  return node.attrs["binding"] === "slot" ? { in: "slot", slot: name } : { in: "input", name }
}
