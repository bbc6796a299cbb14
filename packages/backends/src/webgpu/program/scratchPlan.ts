import type { Scratch } from "../wgsl/kernel.ts"
import type { Dispatch } from "./dispatches.ts"

/** Where scratch memory lies, by its name, from the start of all of it. */
export interface ScratchPlan {
  readonly bytes: number
  readonly offsetOf: (scratch: Scratch) => number
}

/** Lays out scratch memory: regions take turns in it, since nothing in it outlives one. */
export const scratchPlan = (dispatches: ReadonlyArray<Dispatch>, alignment: number): ScratchPlan => {
  const offsets = new Map<string, number>()
  const ends = new Map<string, number>()
  for (const { kernel, regions } of dispatches) {
    const turn = regions.join()
    for (const { of } of kernel.values) {
      if (typeof of === "number" || offsets.has(of.scratch)) continue
      const offset = ends.get(turn) ?? 0
      offsets.set(of.scratch, offset)
      ends.set(turn, offset + Math.ceil(Math.max(4, of.bytes) / alignment) * alignment)
    }
  }
  return {
    bytes: Math.max(0, ...ends.values()),
    offsetOf: ({ scratch }) => offsets.get(scratch) ?? 0
  }
}
