import type { Graph, Id, Node } from "../graph.ts"
import { constantValues } from "../nodeKey.ts"
import type { Program, Region, Segment } from "../program.ts"
import { elementsOf } from "../region/opKind.ts"

/** What is wrong with the segments of multi-tensor regions, if anything is. */
export const segmentDefect = ({ graph, regions }: Program): string | undefined => {
  for (const [at, region] of regions.entries()) {
    const defect = regionSegmentDefect(graph, region)
    if (defect !== undefined) return `region ${at} (${region.kind}) ${defect}`
  }
  return undefined
}

const regionSegmentDefect = (graph: Graph, region: Region): string | undefined => {
  const [first, ...others] = region.segments
  if (first === undefined) return region.kind === "multiTensor" ? "has no segments" : undefined
  const form = formOf(graph, region, first)
  for (const [at, segment] of others.entries()) {
    if (formOf(graph, region, segment) !== form) return `computes something else in segment ${at + 1} than in segment 0`
  }
  for (const [at, segment] of region.segments.entries()) {
    const large = [...segment.reads, ...segment.writes].find(
      (id) => ![1, segment.elements].includes(elementsOf(graph.nodes[id] as Node))
    )
    if (large !== undefined) return `has %${large} in segment ${at}, which has ${segment.elements} elements`
    const values = region.varying.map((place) => constantValues(graph.nodes[segment.nodes[place] as Id] as Node)?.[0])
    const same =
      values.length === segment.attributes.length && values.every((value, i) => Object.is(value, segment.attributes[i]))
    if (!same) return `has attributes in segment ${at} that are not those of its constants`
  }
  const written = region.segments.flatMap(({ writes }) => writes)
  const same = written.length === region.writes.length && written.every((id, at) => id === region.writes[at])
  return same ? undefined : "writes something else than its segments"
}

/** What a segment computes, with its nodes and reads told by position. */
const formOf = ({ nodes }: Graph, region: Region, segment: Segment): string => {
  const names = new Map<Id, string>()
  for (const id of region.scalars) names.set(id, `s${id}`)
  for (const [at, id] of segment.reads.entries()) names.set(id, `r${at}:${nodes[id]?.types[0]?.dtype}`)
  const varying = new Set(region.varying)
  const nameOf = (id: Id): string => {
    const name = names.get(id)
    if (name !== undefined) return name
    const node = nodes[id] as Node
    return node.op === "reshape" ? nameOf(node.inputs[0] as Id) : "?"
  }
  const lines = segment.nodes.map((id, at) => {
    const node = nodes[id] as Node
    names.set(id, `n${at}`)
    const value = varying.has(at) ? "" : (constantValues(node)?.join() ?? "")
    return `${node.op}:${node.types[0]?.dtype}(${node.inputs.map(nameOf).join()})${value}`
  })
  return [...lines, segment.writes.map((id) => names.get(id)).join()].join("\n")
}
