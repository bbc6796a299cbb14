import { Shape } from "@residual/core"
import type { Graph, Id, Node } from "../graph.ts"
import type { Program, Region } from "../program.ts"
import { frameOf } from "../region/frame.ts"
import { elementsOf, opKind, shapeOf } from "../region/opKind.ts"

/** What is wrong with the elements that a program's regions walk, if anything is. */
export const walkDefect = ({ graph, regions }: Program): string | undefined => {
  for (const [at, region] of regions.entries()) {
    const defect = spaceDefect(graph, region)
    if (defect !== undefined) return `region ${at} (${region.kind}) ${defect}`
  }
  return undefined
}

const spaceDefect = (
  { nodes }: Graph,
  { kind, space, axes, segments, nodes: own, writes }: Region
): string | undefined => {
  const size = Shape.size(space)
  if (segments.length > 0) {
    const total = segments.reduce((sum, { elements }) => sum + elements, 0)
    if (kind !== "multiTensor") return "has segments"
    return total === size && space.length === 1 ? undefined : `walks ${size} elements, and its segments have ${total}`
  }
  const beyond = axes.find((axis) => space[axis] === undefined)
  if (beyond !== undefined) return `has rows along axis ${beyond}, which [${space.join(",")}] has not`
  // A claimed composite's outputs may be of any sizes.
  if (kind === "claimed") return undefined
  const frame = frameOf(space, axes)
  const counts = new Set([size, Shape.size(space.filter((_, axis) => !axes.includes(axis)))])
  const other = writes.find((id) => !counts.has(elementsOf(nodes[id] as Node)))
  if (other !== undefined) return `writes %${other}, which is none of its [${space.join(",")}] nor of its rows`
  const reduced = own.find((id) => opKind(nodes[id] as Node) === "reduction" && keyOf(nodes, id) !== frame.key)
  return reduced === undefined ? undefined : `reduces %${reduced} along other axes than its rows'`
}

const keyOf = (nodes: ReadonlyArray<Node>, id: Id): string => {
  const { inputs, attrs } = nodes[id] as Node
  return frameOf(shapeOf(nodes[inputs[0] as Id] as Node), attrs["axes"] as ReadonlyArray<number>).key
}
