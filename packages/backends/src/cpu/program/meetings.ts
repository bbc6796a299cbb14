import type { Id } from "@residual/graph"
import type { KernelCall } from "../emit/kernels.ts"
import type { MemoryPlan } from "./memoryPlan.ts"

/** A kernel with how threads run it: which one does, or all of them, and whether they have to meet before it. */
export interface Meeting {
  readonly kernel: KernelCall
  readonly thread: number | "all"
  readonly meetsBefore: boolean
}

/** Memory that a kernel reads or writes. */
interface Span {
  readonly memory: number
  readonly from: number
  readonly to: number
}

/** What kernels have read and written since threads last met, and which thread it was. */
interface Access {
  readonly span: Span
  readonly thread: number | "all"
  readonly writes: boolean
}

/**
 * Decides where threads meet: before a kernel that reads what another thread may have written since they last met, or
 * writes what another may still read. A kernel that is not shared runs on the thread whose results it needs, or else on the
 * one that has had least to do since then.
 */
export const meetings = (
  calls: ReadonlyArray<KernelCall>,
  plan: MemoryPlan,
  threads: number,
  worthSharing: number
): ReadonlyArray<Meeting> => {
  let accesses: Array<Access> = []
  let work = new Array<number>(threads).fill(0)
  return calls.map((kernel) => {
    const isShared = kernel.isShared && kernel.cost >= worthSharing && kernel.pieces > kernel.unit
    const reads = kernel.reads.map((id) => spanOf(id, plan))
    const writes = kernel.writes.map((id) => spanOf(id, plan))
    const needed = new Set(
      accesses
        .filter((access) => {
          const own = access.writes ? [...reads, ...writes] : writes
          return own.some((span) => overlap(span, access.span))
        })
        .map(({ thread }) => thread)
    )
    const [only, ...others] = needed
    const meetsBefore = only !== undefined && (isShared || only === "all" || others.length > 0)
    if (meetsBefore) {
      accesses = []
      work = work.fill(0)
    }
    const least = work.indexOf(Math.min(...work))
    const thread: Meeting["thread"] = isShared ? "all" : meetsBefore || typeof only !== "number" ? least : only
    for (const at of work.keys()) {
      if (thread === "all") work[at] = (work[at] as number) + kernel.cost / threads
      else if (at === thread) work[at] = (work[at] as number) + kernel.cost
    }
    accesses.push(
      ...reads.map((span): Access => ({ span, thread, writes: false })),
      ...writes.map((span): Access => ({ span, thread, writes: true }))
    )
    return { kernel, thread, meetsBefore }
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
