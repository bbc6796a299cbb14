import { Shape } from "@residual/core"
import type { Graph, Node, Program, Region } from "@residual/graph"
import type { EmitContext } from "../emit/emitContext.ts"
import { mergedKernel, sharedOf } from "../emit/mergedKernel.ts"
import { regionKernels, type SamePlace } from "../emit/regionKernels.ts"
import { usualThreads } from "../emit/rowPlan.ts"
import type { Kernel, KernelValue, Scratch } from "../wgsl/kernel.ts"

/** A kernel at its place in a program: the regions that it computes, or is a part of. */
export interface Dispatch {
  readonly kernel: Kernel
  readonly regions: ReadonlyArray<number>
}

/** Operations that one workgroup does while another dispatch would be started. */
const smallWork = 2 ** 16

/** So many kernels are merged at most, so that no text grows too long. */
const mostMerged = 48

/** About how many operations a region takes. */
const workOf = ({ nodes }: Graph, region: Region): number => {
  let work = Shape.size(region.space) * 4
  for (const id of region.nodes) {
    const node = nodes[id] as Node
    const size = Shape.size(node.types[0]?.shape ?? [])
    if (node.body !== undefined || node.op === "sort" || node.op === "cumSum") return Number.POSITIVE_INFINITY
    const operand = nodes[node.inputs[0] as number]?.types[0]?.shape ?? []
    if (node.op === "dot") work += size * (operand.at(-1) ?? 1)
    else if (node.op === "scatterAdd") {
      const indices = nodes[node.inputs[1] as number]?.types[0]?.shape ?? []
      work += size * Shape.size(indices)
    } else if (node.op === "unwindow") work += Shape.size(operand)
  }
  return work
}

/** How regions are written, where the usual form does not suit the device. */
export interface RegionForms {
  /** Those whose kernels read element by element. */
  readonly withoutVectors: Set<number>
  /** Those that share no dispatch. */
  readonly alone: Set<number>
}

/** The dispatches of a program, in order: regions with little to do share one. */
export const dispatchesOf = (
  program: Program,
  context: EmitContext,
  forms: RegionForms,
  samePlace: SamePlace
): ReadonlyArray<Dispatch> => {
  const { graph, regions } = program
  const dispatches: Array<Dispatch> = []
  let small: Array<{ readonly region: number; readonly kernels: ReadonlyArray<Kernel> }> = []
  const alone = (at: number): ReadonlyArray<Dispatch> =>
    regionKernels(
      graph,
      regions[at] as Region,
      forms.withoutVectors.has(at) ? { ...context, vectors: false } : context,
      samePlace
    ).map((kernel) => ({ kernel: renamed(kernel, at), regions: [at] }))
  const flush = (): void => {
    const [only, ...others] = small
    const kernels = small.flatMap(({ kernels }) => kernels)
    const shared = sharedOf(kernels).reduce((sum, { bytes }) => sum + bytes, 0)
    const isAlone = others.length === 0 || shared > context.limits.sharedBytes
    if (only !== undefined && isAlone) dispatches.push(...small.flatMap(({ region }) => alone(region)))
    else if (kernels.length > 0) {
      dispatches.push({ kernel: mergedKernel(kernels), regions: small.map(({ region }) => region) })
    }
    small = []
  }
  for (const [at, region] of regions.entries()) {
    if (workOf(graph, region) > smallWork || forms.alone.has(at)) {
      flush()
      dispatches.push(...alone(at))
      continue
    }
    const kernels = regionKernels(graph, region, { ...context, vectors: false, threads: usualThreads }, samePlace)
    const count = small.reduce((sum, each) => sum + each.kernels.length, 0)
    if (count + kernels.length > mostMerged) flush()
    if (kernels.every(isMergeable)) small.push({ region: at, kernels: kernels.map((kernel) => renamed(kernel, at)) })
    else {
      flush()
      dispatches.push(...alone(at))
    }
  }
  flush()
  return dispatches
}

const isMergeable = ({ threads, tensors }: Kernel): boolean => threads === usualThreads && tensors === undefined

/** A kernel whose scratch memory is called by its region, too. */
const renamed = (kernel: Kernel, region: number): Kernel => ({
  ...kernel,
  values: kernel.values.map((value): KernelValue => {
    if (typeof value.of === "number") return value
    const of: Scratch = { ...value.of, scratch: `${region}.${value.of.scratch}` }
    return { ...value, of }
  })
})
