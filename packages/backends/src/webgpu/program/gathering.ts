import type { Kernel } from "../wgsl/kernel.ts"
import { type Layout, locating } from "./locating.ts"
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

/** A slot that a kernel uses. */
interface SlotUse {
  readonly slot: number
  readonly bytes: number
  readonly isWritten: boolean
}

/** Where slots lie that are gathered, and what that takes. */
interface GatheredAt {
  readonly offsets: ReadonlyMap<number, number>
  readonly bytes: number
}

/** One slot after the other. */
const sideBySide = (slots: ReadonlyArray<SlotUse>, { alignment }: BindingLimits): GatheredAt => {
  const offsets = new Map<number, number>()
  let end = 0
  for (const { slot, bytes } of slots) {
    offsets.set(slot, end)
    end += Math.ceil(bytes / alignment) * alignment
  }
  return { offsets, bytes: end }
}

/** Where the slots of a kernel lie when all of them are gathered. */
export const gatheredTogether = (kernel: Kernel, layout: Layout, limits: BindingLimits): GatheredAt =>
  sideBySide(slotsOf(kernel, layout), limits)

/**
 * Binds a kernel of a program. Where its slots lie in more buffers than it may be bound to, those in the buffers of which it
 * uses least are gathered in one, and in the end all of them: a kernel that can be bound so, as those of a loaded program
 * can, is bound wherever slots lie.
 */
export const resolveGathering = <Memory>(
  kernel: Kernel,
  layout: Layout,
  { block, slot, gathered }: Memories<Memory>,
  limits: BindingLimits
): Gathering<Memory> | Exceeded => {
  const inPlace = resolve(kernel, locating(layout, block, slot), limits)
  if (!("limit" in inPlace)) return { resolutions: inPlace, moved: [], bytes: 0 }
  if (inPlace.limit !== "maxStorageBuffersPerShaderStage") return inPlace
  const slots = slotsOf(kernel, layout)
  const buffers = byLeastUse(slots, ({ slot: number, bytes }) => slot(number, bytes).memory)
  const some = Array.from({ length: Math.max(0, buffers.length - 2) }, (_, at) => buffers.slice(0, at + 2).flat())
  for (const gathering of [...some, slots]) {
    const { offsets, bytes } = sideBySide(gathering, limits)
    const locate = (number: number, size: number): Located<Memory> => {
      const offset = offsets.get(number)
      return offset === undefined ? slot(number, size) : { memory: gathered, offset, bytes: size }
    }
    const resolutions = resolve(kernel, locating(layout, block, locate), limits)
    if ("limit" in resolutions) continue
    const moved = gathering.map(({ slot: number, bytes: size, isWritten }) => {
      return { from: slot(number, size), offset: offsets.get(number) as number, isWritten }
    })
    return { resolutions, moved, bytes }
  }
  return inPlace
}

/** The slots that a kernel uses, in their order. */
const slotsOf = ({ values, tensors }: Kernel, { plan }: Layout): ReadonlyArray<SlotUse> => {
  const used = new Map<number, SlotUse>()
  const use = (of: Kernel["values"][number]["of"], access: Kernel["values"][number]["access"]): void => {
    const address = typeof of === "number" ? plan.addressOf(of) : undefined
    if (address?.in !== "slot") return
    const { slot, bytes } = address
    used.set(slot, { slot, bytes, isWritten: access !== "read" || used.get(slot)?.isWritten === true })
  }
  for (const { of, access } of values) use(of, access)
  for (const tensor of tensors?.each ?? []) {
    for (const [at, { access }] of (tensors?.positions ?? []).entries()) use(tensor.values[at] as number, access)
  }
  return [...used.values()].sort((a, b) => a.slot - b.slot)
}

/** Slots by the buffers that they lie in, those of which least is used first. */
const byLeastUse = <Memory>(
  slots: ReadonlyArray<SlotUse>,
  bufferOf: (slot: SlotUse) => Memory
): ReadonlyArray<ReadonlyArray<SlotUse>> => {
  const buffers = new Map<Memory, Array<SlotUse>>()
  for (const slot of slots) {
    const same = buffers.get(bufferOf(slot))
    if (same === undefined) buffers.set(bufferOf(slot), [slot])
    else same.push(slot)
  }
  const bytesIn = (all: ReadonlyArray<SlotUse>): number => all.reduce((sum, { bytes }) => sum + bytes, 0)
  return [...buffers.values()].sort((a, b) => bytesIn(a) - bytesIn(b))
}
