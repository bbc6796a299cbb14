import type { Id, Program } from "@residual/graph"
import type { EmitContext } from "../emit/emitContext.ts"
import type { SamePlace } from "../emit/regionKernels.ts"
import type { Kernel } from "../wgsl/kernel.ts"
import { shaderSource } from "../wgsl/shaderSource.ts"
import { type Dispatch, dispatchesOf } from "./dispatches.ts"
import { type Address, type MemoryPlan, memoryPlan } from "./memoryPlan.ts"
import { type BindingLimits, type Exceeded, type Located, type Resolution, resolve } from "./resolution.ts"
import { type ScratchPlan, scratchPlan } from "./scratchPlan.ts"

/** A program as dispatches, and where everything lies in its block of memory. */
export interface ProgramKernels {
  readonly dispatches: ReadonlyArray<Dispatch>
  readonly plan: MemoryPlan
  readonly scratch: ScratchPlan
}

/** What kernels are written for, and bound within. */
export interface KernelTarget {
  readonly context: EmitContext
  readonly limits: BindingLimits
}

/** Where a kernel's values lie, given where slots do. */
export const locating =
  <Memory>(
    { plan, scratch }: ProgramKernels,
    block: Memory,
    slot: (number: number, bytes: number) => Located<Memory>
  ) =>
  (of: Kernel["values"][number]["of"]): Located<Memory> => {
    if (typeof of !== "number") return { memory: block, offset: plan.scratch + scratch.offsetOf(of), bytes: of.bytes }
    const address: Address = plan.addressOf(of)
    return address.in === "slot"
      ? slot(address.slot, address.bytes)
      : { memory: block, offset: address.offset, bytes: address.bytes }
  }

/** A kernel's bindings as they will most likely be: with slots in one buffer. */
export const expected = (
  kernels: ProgramKernels,
  { kernel }: Dispatch,
  limits: BindingLimits
): ReadonlyArray<Resolution<string>> | Exceeded => {
  const apart = resolve(
    kernel,
    locating(kernels, "block", (number, bytes) => ({ memory: `slot ${number}`, offset: 0, bytes })),
    limits
  )
  if (!("limit" in apart) && apart.every(({ binding }) => !binding.hasTable)) return apart
  if ("limit" in apart && apart.limit === "maxStorageBufferBindingSize") return apart
  // How far slots lie from each other does not matter to the text.
  return resolve(
    kernel,
    locating(kernels, "block", (number, bytes) => ({
      memory: "slots",
      offset: number * 256,
      bytes: Math.min(bytes, 256)
    })),
    limits
  )
}

const samePlaceIn =
  ({ places }: Program): SamePlace =>
  (a: Id, b: Id) => {
    const [first, second] = [places.get(a), places.get(b)]
    if (first?.in === "arena") return second?.in === "arena" && first.buffer === second.buffer
    return first?.in === "slot" && second?.in === "slot" && first.slot === second.slot
  }

/** A program's kernels. Those that could not be bound with vectors are written again without. */
export const programKernels = (program: Program, { context, limits }: KernelTarget): ProgramKernels | Exceeded => {
  const samePlace = samePlaceIn(program)
  const withoutVectors = new Set<number>()
  for (;;) {
    const dispatches = dispatchesOf(program, context, withoutVectors, samePlace)
    const scratch = scratchPlan(dispatches, limits.alignment)
    const plan = memoryPlan(program, scratch.bytes, limits.alignment)
    const kernels = { dispatches, plan, scratch }
    const before = withoutVectors.size
    for (const dispatch of dispatches) {
      const found = expected(kernels, dispatch, limits)
      if (!("limit" in found)) continue
      if (found.limit !== "vectors") return found
      for (const region of dispatch.regions) withoutVectors.add(region)
    }
    if (withoutVectors.size === before) return kernels
  }
}

/** The text of each of a program's kernels, as it will most likely be, in order. */
export const kernelSources = (kernels: ProgramKernels, limits: BindingLimits): ReadonlyArray<string> =>
  kernels.dispatches.flatMap((dispatch) => {
    const found = expected(kernels, dispatch, limits)
    return "limit" in found ? [] : found.map(({ binding, groups }) => shaderSource(dispatch.kernel, binding, groups))
  })
