import { Shape } from "@residual/core"
import type { Id, Node } from "../graph.ts"
import type { Region, RegionKind } from "../program.ts"
import type { Analysis } from "./analysis.ts"
import type { Draft } from "./draft.ts"
import type { MultiTensor } from "./mergeTensors.ts"
import { spaceOf } from "./spaceOf.ts"
import type { Traffic } from "./traffic.ts"

/** What a region is called by the ops it holds, the first that applies. */
const kindsByOp: ReadonlyArray<readonly [RegionKind, ReadonlySet<string>]> = [
  ["product", new Set(["dot"])],
  ["scatter", new Set(["scatterAdd"])],
  ["scanning", new Set(["cumSum", "sort"])],
  ["reduction", new Set(["sum", "max"])],
  ["movement", new Set(["concat", "unwindow", "dynamicSlice", "dynamicUpdateSlice"])],
  ["random", new Set(["randomBits"])],
  ["gather", new Set(["gather"])]
]

const kindOf = ({ nodes, kinds }: Analysis, ids: ReadonlyArray<Id>): RegionKind => {
  if (ids.some((id) => nodes[id]?.body !== undefined)) return "claimed"
  for (const [kind, ops] of kindsByOp) {
    if (ids.some((id) => ops.has((nodes[id] as Node).op))) return kind
  }
  return ids.some((id) => kinds[id] === "elementwise" || kinds[id] === "filled") ? "elementwise" : "movement"
}

/** A drawn region as programs hold it. */
export const regionOf = (analysis: Analysis, draft: Draft, traffic: Traffic): Region => {
  const nodes = [...draft.nodes].sort((a, b) => a - b)
  const { space, axes } = spaceOf(analysis, draft)
  const reads = traffic.reads(draft)
  return {
    kind: kindOf(analysis, nodes),
    space,
    axes,
    nodes,
    reads,
    writes: traffic.writes(draft),
    scalars: Shape.size(space) === 1 ? [] : reads.filter((id) => analysis.elements[id] === 1),
    varying: [],
    segments: []
  }
}

/** Regions that run as one, as programs hold them. */
export const multiTensorRegion = (
  { kinds }: Analysis,
  { draft, patterns, segments, varying }: MultiTensor,
  traffic: Traffic
): Region => {
  const [first] = patterns
  const total = patterns.reduce((sum, { elements }) => sum + elements, 0)
  return {
    kind: "multiTensor",
    space: [total],
    axes: first?.nodes.some((id) => kinds[id] === "reduction") === true ? [0] : [],
    nodes: [...draft.nodes].sort((a, b) => a - b),
    reads: traffic.reads(draft),
    writes: patterns.flatMap(({ writes }) => writes),
    scalars: first?.scalars ?? [],
    varying,
    segments
  }
}
