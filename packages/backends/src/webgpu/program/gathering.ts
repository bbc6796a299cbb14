import type { Kernel } from "../wgsl/kernel.ts"
import { locating, type ProgramKernels } from "./kernels.ts"
import { type BindingLimits, type Exceeded, type Located, type Resolution, resolve } from "./resolution.ts"

/** A slot that a kernel finds in another place than its own: copied there before it, and back after it where it writes. */
export interface Moved<Memory> {
  readonly from: Located<Memory>
  /** How far from the start of the memory that slots are gathered in. */
  readonly offset: number
  readonly isWritten: boolean
}

/** A kernel with what it is bound to, and the slots that are gathered for it. */
export interface Gathering<Memory> {
  readonly resolutions: ReadonlyArray<Resolution<Memory>>
  readonly moved: ReadonlyArray<Moved<Memory>>
  /** What the gathered slots take. */
  readonly bytes: number
}

/** Where values lie: the block, the slots, and where slots can be gathered. */
export interface Memories<Memory> {
  readonly block: Memory
  readonly slot: (number: number, bytes: number) => Located<Memory>
  readonly gathered: Memory
}

interface SlotUse<Memory> extends Located<Memory> {
  readonly slot: number
  readonly isWritten: boolean
}

/**
 * Binds a kernel of a program. Where its slots lie in more buffers than it may be bound to, those in the buffers of which it
 * uses least are gathered in one.
 */
export const resolveGathering = <Memory>(
  kernel: Kernel,
  kernels: ProgramKernels,
  { block, slot, gathered }: Memories<Memory>,
  limits: BindingLimits
): Gathering<Memory> | Exceeded => {
  const inPlace = resolve(kernel, locating(kernels, block, slot), limits)
  if (!("limit" in inPlace)) return { resolutions: inPlace, moved: [], bytes: 0 }
  if (inPlace.limit !== "maxStorageBuffersPerShaderStage") return inPlace
  const buffers = byLeastUse(slotsOf(kernel, kernels, slot))
  for (let count = 2; count <= buffers.length; count++) {
    const offsets = new Map<number, number>()
    const moved: Array<Moved<Memory>> = []
    let end = 0
    for (const { slot: number, isWritten, ...from } of buffers.slice(0, count).flat()) {
      offsets.set(number, end)
      moved.push({ from, offset: end, isWritten })
      end += Math.ceil(from.bytes / limits.alignment) * limits.alignment
    }
    const locate = (number: number, bytes: number): Located<Memory> => {
      const offset = offsets.get(number)
      return offset === undefined ? slot(number, bytes) : { memory: gathered, offset, bytes }
    }
    const resolutions = resolve(kernel, locating(kernels, block, locate), limits)
    if (!("limit" in resolutions)) return { resolutions, moved, bytes: end }
  }
  return inPlace
}

/** The slots that a kernel uses. */
const slotsOf = <Memory>(
  { values, tensors }: Kernel,
  { plan }: ProgramKernels,
  slot: Memories<Memory>["slot"]
): ReadonlyArray<SlotUse<Memory>> => {
  const used = new Map<number, SlotUse<Memory>>()
  const use = (of: Kernel["values"][number]["of"], access: Kernel["values"][number]["access"]): void => {
    const address = typeof of === "number" ? plan.addressOf(of) : undefined
    if (address?.in !== "slot") return
    const isWritten = access !== "read" || used.get(address.slot)?.isWritten === true
    used.set(address.slot, { ...slot(address.slot, address.bytes), slot: address.slot, isWritten })
  }
  for (const { of, access } of values) use(of, access)
  for (const tensor of tensors?.each ?? []) {
    for (const [at, { access }] of (tensors?.positions ?? []).entries()) use(tensor.values[at] as number, access)
  }
  return [...used.values()]
}

/** Slots by the buffers that they lie in, those of which least is used first. */
const byLeastUse = <Memory>(slots: ReadonlyArray<SlotUse<Memory>>): ReadonlyArray<ReadonlyArray<SlotUse<Memory>>> => {
  const buffers = new Map<Memory, Array<SlotUse<Memory>>>()
  for (const slot of slots) {
    const same = buffers.get(slot.memory)
    if (same === undefined) buffers.set(slot.memory, [slot])
    else same.push(slot)
  }
  const bytesIn = (all: ReadonlyArray<SlotUse<Memory>>): number => all.reduce((sum, { bytes }) => sum + bytes, 0)
  return [...buffers.values()].sort((a, b) => bytesIn(a) - bytesIn(b))
}
