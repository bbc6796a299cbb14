import { type Graph, type Id, type Node, type Region, walksOf } from "@residual/graph"
import { walkNests } from "../../kernel/regionNests.ts"
import { attentionBackward } from "./attention/attentionBackward.ts"
import { attentionForward } from "./attention/attentionForward.ts"
import type { KernelCall, KernelContext } from "./kernels.ts"
import { nestCall } from "./nestCall.ts"
import { cumulativeCalls, scatterCalls, unwindowCalls, updateSliceCalls } from "./orderedCalls.ts"
import { productCalls, type Workspace } from "./productCall.ts"
import { sortCall } from "./sortCall.ts"

/** The kernels that compute a region, in the order in which they run. */
export const regionCalls = (
  graph: Graph,
  region: Region,
  context: KernelContext,
  workspace: Workspace
): ReadonlyArray<KernelCall> => {
  const withOp = (...names: ReadonlyArray<string>): Id | undefined =>
    region.nodes.find((id) => names.includes((graph.nodes[id] as Node).op))
  const ordered = { graph, region, context }
  const claimed = region.nodes.find((id) => graph.nodes[id]?.body !== undefined)
  if (claimed !== undefined) return [claimedCall(graph, region, claimed, context)]
  const dot = withOp("dot")
  if (dot !== undefined) return productCalls(graph, region, context, workspace)
  const scatter = withOp("scatterAdd")
  if (scatter !== undefined) {
    const scattered = scatterCalls(ordered, scatter)
    return [...scattered, ...epilogueCalls(graph, region, scatter, context, workspace)]
  }
  const sort = withOp("sort")
  if (sort !== undefined) return [sortCall(graph, region, sort, context)]
  const alone = withOp("dynamicUpdateSlice", "unwindow", "cumSum")
  if (alone !== undefined) {
    const { op } = graph.nodes[alone] as Node
    if (op === "unwindow") return unwindowCalls(ordered, alone)
    return op === "cumSum" ? cumulativeCalls(ordered, alone) : updateSliceCalls(ordered, alone)
  }
  return walksOf(region).flatMap((walk) => walkNests(graph, walk, region.reads).map((nest) => nestCall(nest, context)))
}

/** The kernel of a composite that this backend computes itself. */
const claimedCall = (graph: Graph, region: Region, id: Id, context: KernelContext): KernelCall => {
  const { op } = graph.nodes[id] as Node
  if (op === "attention") return attentionForward(graph, region, id, context)
  if (op === "attentionBackward") return attentionBackward(graph, region, id, context)
  throw new Error(`"${op}" is claimed, and no kernel computes it`)
}

/** What a region computes after a value that lies in memory by then. */
const epilogueCalls = (
  graph: Graph,
  region: Region,
  done: Id,
  context: KernelContext,
  workspace: Workspace
): ReadonlyArray<KernelCall> => {
  if (!region.writes.includes(done)) workspace(done)
  const writes = region.writes.filter((id) => id !== done)
  if (writes.length === 0) return []
  const walk = { ...region, writes }
  return walkNests(graph, walk, [...region.reads, done]).map((nest) => nestCall(nest, context))
}
