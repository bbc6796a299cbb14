import type { Kernel } from "../wgsl/kernel.ts"
import type { Dispatch } from "./dispatches.ts"
import type { Address, MemoryPlan } from "./memoryPlan.ts"
import type { Located } from "./resolution.ts"
import type { ScratchPlan } from "./scratchPlan.ts"

/** A program as dispatches, and where everything lies in its block of memory. */
export interface ProgramKernels {
  readonly dispatches: ReadonlyArray<Dispatch>
  readonly plan: MemoryPlan
  readonly scratch: ScratchPlan
}

/** Where a kernel's values lie, given where slots do. */
export const locating =
  <Memory>(
    { plan, scratch }: ProgramKernels,
    block: Memory,
    slot: (number: number, bytes: number) => Located<Memory>
  ) =>
  (of: Kernel["values"][number]["of"]): Located<Memory> => {
    if (typeof of !== "number") {
      return { memory: block, offset: plan.scratch + scratch.offsetOf(of), bytes: Math.max(4, of.bytes) }
    }
    const address: Address = plan.addressOf(of)
    return address.in === "slot"
      ? slot(address.slot, address.bytes)
      : { memory: block, offset: address.offset, bytes: address.bytes, isHalf: address.isHalf === true }
  }
