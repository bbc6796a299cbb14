import type { Kernel } from "../wgsl/kernel.ts"
import type { Dispatch } from "./dispatches.ts"
import type { Address, MemoryPlan } from "./memoryPlan.ts"
import type { Located, Resolution } from "./resolution.ts"
import type { ScratchPlan } from "./scratchPlan.ts"

/** A program as dispatches, and where everything lies in its block of memory. */
export interface ProgramKernels {
  readonly dispatches: ReadonlyArray<Dispatch>
  /** How each dispatch will most likely be bound. */
  readonly expected: ReadonlyArray<ReadonlyArray<Resolution<string>>>
  readonly plan: MemoryPlan
  readonly scratch: ScratchPlan
}

/** Where everything lies in a program's block of memory. */
export type Layout = Pick<ProgramKernels, "plan" | "scratch">

/** Where a kernel's values lie, given where slots do. */
export const locating =
  <Memory>({ plan, scratch }: Layout, block: Memory, slot: (number: number, bytes: number) => Located<Memory>) =>
  (of: Kernel["values"][number]["of"]): Located<Memory> => {
    if (typeof of !== "number") {
      return { memory: block, offset: plan.scratch + scratch.offsetOf(of), bytes: Math.max(4, of.bytes) }
    }
    const address: Address = plan.addressOf(of)
    return address.in === "slot"
      ? slot(address.slot, address.bytes)
      : { memory: block, offset: address.offset, bytes: address.bytes, isHalf: address.isHalf === true }
  }
