import type { Id } from "@residual/graph"
import type { KernelCall } from "../emit/kernels.ts"
import type { MemoryPlan } from "./memoryPlan.ts"

/** A kernel with how threads run it: whether they share it out, and whether they have to meet before it. */
export interface Meeting {
  readonly kernel: KernelCall
  readonly isShared: boolean
  readonly meetsBefore: boolean
}

/** Memory that a kernel reads or writes. */
interface Span {
  readonly memory: number
  readonly from: number
  readonly to: number
}

/**
 * Decides where threads meet: before a kernel that reads what another thread may have written since they last met, or
 * writes what another may still read. Kernels that are not shared run on the first thread, one after the other.
 */
export const meetings = (
  calls: ReadonlyArray<KernelCall>,
  plan: MemoryPlan,
  worthSharing: number
): ReadonlyArray<Meeting> => {
  let written: Array<Span & { readonly isShared: boolean }> = []
  let read: Array<Span & { readonly isShared: boolean }> = []
  return calls.map((kernel) => {
    const isShared = kernel.isShared && kernel.cost >= worthSharing && kernel.pieces > kernel.unit
    const reads = kernel.reads.map((id) => spanOf(id, plan))
    const writes = kernel.writes.map((id) => spanOf(id, plan))
    const isOther = (span: { readonly isShared: boolean }): boolean => isShared || span.isShared
    const meetsBefore =
      written.some((span) => isOther(span) && [...reads, ...writes].some((own) => overlap(own, span))) ||
      read.some((span) => isOther(span) && writes.some((own) => overlap(own, span)))
    if (meetsBefore) {
      written = []
      read = []
    }
    written.push(...writes.map((span) => ({ ...span, isShared })))
    read.push(...reads.map((span) => ({ ...span, isShared })))
    return { kernel, isShared, meetsBefore }
  })
}

const spanOf = (id: Id, plan: MemoryPlan): Span => {
  const address = plan.addressOf(id)
  const bytes = plan.bytesOf(id)
  return address.in === "slot"
    ? { memory: 1 + address.slot, from: 0, to: bytes }
    : { memory: 0, from: address.offset, to: address.offset + bytes }
}

const overlap = (a: Span, b: Span): boolean => a.memory === b.memory && a.from < b.to && b.from < a.to
