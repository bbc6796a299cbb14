import { type Graph, type Id, type Node, type Region, walksOf } from "@residual/graph"
import { walkNests } from "../../kernel/regionNests.ts"
import type { Kernel } from "../wgsl/kernel.ts"
import { attentionBackward } from "./attention/attentionBackward.ts"
import { attentionForward } from "./attention/attentionForward.ts"
import { cumulativeKernels } from "./cumulativeKernels.ts"
import type { EmitContext } from "./emitContext.ts"
import { type NestOptions, nestKernels } from "./nestKernels.ts"
import { productKernels } from "./productKernels.ts"
import { regionScratch } from "./regionScratch.ts"
import { scatterKernels } from "./scatterKernels.ts"
import { sortKernels } from "./sortKernels.ts"
import { tensorKernels } from "./tensorKernels.ts"
import { unwindowNests } from "./unwindowNests.ts"
import { updateSliceKernels } from "./updateSliceKernels.ts"

/** Whether two values lie in the same memory. */
export type SamePlace = (a: Id, b: Id) => boolean

/** The kernels that compute a region, in the order in which they run. */
export const regionKernels = (
  graph: Graph,
  region: Region,
  context: EmitContext,
  samePlace: SamePlace
): ReadonlyArray<Kernel> => {
  const withOp = (...names: ReadonlyArray<string>): Id | undefined =>
    region.nodes.find((id) => names.includes((graph.nodes[id] as Node).op))
  const scratch = regionScratch()
  const options: NestOptions = {
    name: region.kind,
    sharedBytes: context.limits.sharedBytes,
    scratch,
    ...(context.threads === undefined ? {} : { threads: context.threads }),
    ...(context.subgroupSize === undefined ? {} : { subgroupSize: context.subgroupSize })
  }
  const claimed = region.nodes.find((id) => graph.nodes[id]?.body !== undefined)
  if (claimed !== undefined) return claimedKernels(graph, region, claimed, context)
  if (withOp("dot") !== undefined) return productKernels(graph, region, context, options)
  const scatter = withOp("scatterAdd")
  if (scatter !== undefined) return scatterKernels(graph, region, scatter, options)
  const sort = withOp("sort")
  if (sort !== undefined) return sortKernels(graph, region, sort, scratch)
  const cumulative = withOp("cumSum")
  if (cumulative !== undefined) return cumulativeKernels(graph, region, cumulative, options)
  const windows = withOp("unwindow")
  if (windows !== undefined) {
    return unwindowNests(graph, region, windows).flatMap((nest) => nestKernels(nest, { ...options, name: "unwindow" }))
  }
  const update = withOp("dynamicUpdateSlice")
  if (update !== undefined) {
    const whole = targetOf(graph, region, update)
    return updateSliceKernels(graph, region, update, samePlace(whole, update), options)
  }
  const mayWalkTogether = region.segments.length > 1 && context.threads === undefined
  const tensors = mayWalkTogether ? tensorKernels(graph, region, options) : undefined
  if (tensors !== undefined) return tensors
  return walksOf(region).flatMap((walk) =>
    walkNests(graph, walk, [...region.reads, ...region.scalars], true).flatMap((nest) => nestKernels(nest, options))
  )
}

/** The value in memory that a slice is replaced in. */
const targetOf = (graph: Graph, { reads }: Region, update: Id): Id => {
  let id = (graph.nodes[update] as Node).inputs[0] as Id
  while (!reads.includes(id) && graph.nodes[id]?.op === "reshape") id = graph.nodes[id]?.inputs[0] as Id
  return id
}

/** The kernels of a composite that this backend computes itself. */
const claimedKernels = (graph: Graph, region: Region, id: Id, context: EmitContext): ReadonlyArray<Kernel> => {
  const { op } = graph.nodes[id] as Node
  if (op === "attention") return attentionForward(graph, region, id, context)
  if (op === "attentionBackward") return attentionBackward(graph, region, id, context)
  throw new Error(`"${op}" is claimed, and no kernel computes it`)
}
