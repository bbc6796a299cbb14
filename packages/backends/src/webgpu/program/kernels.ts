import type { Id, Program } from "@residual/graph"
import type { EmitContext } from "../emit/emitContext.ts"
import type { SamePlace } from "../emit/regionKernels.ts"
import type { Kernel } from "../wgsl/kernel.ts"
import { type Dispatch, dispatchesOf, type RegionForms } from "./dispatches.ts"
import { gatheredTogether } from "./gathering.ts"
import { halfBuffers } from "./halfBuffers.ts"
import { type Layout, locating, type ProgramKernels } from "./locating.ts"
import { memoryPlan } from "./memoryPlan.ts"
import { type BindingLimits, type Exceeded, type Located, type Resolution, resolve } from "./resolution.ts"
import { scratchPlan } from "./scratchPlan.ts"

/** What kernels are written for, and bound within. */
export interface KernelTarget {
  readonly context: EmitContext
  readonly limits: BindingLimits
  /** Whether floats that pass between kernels are kept in 16 bits, as far as they can be. */
  readonly half?: boolean
}

/** A kernel's bindings as they will most likely be: with slots in one buffer. */
const expected = (
  layout: Layout,
  { kernel }: Dispatch,
  limits: BindingLimits
): ReadonlyArray<Resolution<string>> | Exceeded => {
  const apart = resolve(
    kernel,
    locating(layout, "block", (number, bytes) => ({ memory: `slot ${number}`, offset: 0, bytes })),
    limits
  )
  if (!("limit" in apart) && apart.every(({ binding }) => !binding.hasTable)) return apart
  if ("limit" in apart && apart.limit === "maxStorageBufferBindingSize") return apart
  // As they can always be, wherever slots lie: see `resolveGathering`.
  const { offsets } = gatheredTogether(kernel, layout, limits)
  const locate = (number: number, bytes: number): Located<string> => {
    return { memory: "slots", offset: offsets.get(number) as number, bytes }
  }
  return resolve(kernel, locating(layout, "block", locate), limits)
}

const samePlaceIn =
  ({ places }: Program): SamePlace =>
  (a: Id, b: Id) => {
    const [first, second] = [places.get(a), places.get(b)]
    if (first?.in === "arena") return second?.in === "arena" && first.buffer === second.buffer
    return first?.in === "slot" && second?.in === "slot" && first.slot === second.slot
  }

/** A limit that a kernel of a program cannot keep to, and which kernel that is. */
export interface KernelExceeds extends Exceeded {
  readonly kernel: string
}

/**
 * A program's kernels. Those that could not be bound with vectors are written again without, those of several regions that
 * could not be bound are written for each region alone, and values in floats of 16 bits that could not are kept in 32.
 */
export const programKernels = (
  program: Program,
  { context, limits, half }: KernelTarget
): ProgramKernels | KernelExceeds => {
  const samePlace = samePlaceIn(program)
  const forms: RegionForms = { withoutVectors: new Set(), alone: new Set() }
  const halves = half === true ? halfBuffers(program) : new Set<number>()
  for (;;) {
    const dispatches = dispatchesOf(program, context, forms, samePlace)
    const scratch = scratchPlan(dispatches, limits.alignment)
    const plan = memoryPlan(program, scratch.bytes, limits.alignment, halves)
    const resolutions: Array<ReadonlyArray<Resolution<string>>> = []
    for (const dispatch of dispatches) {
      const found = expected({ plan, scratch }, dispatch, limits)
      if (!("limit" in found)) {
        resolutions.push(found)
        continue
      }
      const { regions, kernel } = dispatch
      if (found.limit === "half") for (const buffer of buffersOf(program, kernel)) halves.delete(buffer)
      else if (found.limit === "vectors") for (const region of regions) forms.withoutVectors.add(region)
      else if (regions.length > 1) for (const region of regions) forms.alone.add(region)
      else return { ...found, kernel: kernel.name }
    }
    if (resolutions.length === dispatches.length) return { dispatches, expected: resolutions, plan, scratch }
  }
}

/** The arena's buffers that a kernel has values in. */
const buffersOf = ({ places }: Program, { values, tensors }: Kernel): ReadonlyArray<number> =>
  [...values.map(({ of }) => of), ...(tensors?.each ?? []).flatMap((tensor) => tensor.values)].flatMap((of) => {
    const place = typeof of === "number" ? places.get(of) : undefined
    return place?.in === "arena" ? [place.buffer] : []
  })
