import { Shape, type TensorType } from "@residual/core"
import { type Id, type Node, type Program, placeSpans } from "@residual/graph"

/** Where a value lies while a program runs: in its block of memory, so many bytes from the start, or in a slot. */
export type Address =
  | { readonly in: "block"; readonly offset: number; readonly bytes: number; readonly isHalf?: boolean }
  | { readonly in: "slot"; readonly slot: number; readonly bytes: number }

/** An extent of the block. */
export interface Extent {
  readonly offset: number
  readonly bytes: number
  readonly type: TensorType.TensorType
}

/** A program's block of memory: its arena, scratch memory, and behind them inputs and constants. */
export interface MemoryPlan {
  readonly bytes: number
  readonly addressOf: (id: Id) => Address
  /** Where scratch memory starts that a dispatch has for itself. */
  readonly scratch: number
  /** The inputs lie side by side, from here on. */
  readonly inputs: Extent & { readonly each: ReadonlyMap<string, Extent> }
  readonly constants: ReadonlyArray<Extent & { readonly values: ReadonlyArray<number> }>
  readonly slots: ReadonlyArray<string>
  /** What is copied into slots when everything is computed. */
  readonly updates: ReadonlyArray<Update>
}

/** A slot's next value that is not computed in place: what lies in a slot itself is copied by way of the block. */
export interface Update {
  readonly slot: number
  readonly bytes: number
  readonly from: Address
  /** Where in the block it is kept until all are there; absent for what lies in the block anyway. */
  readonly via?: number
}

/** Bytes of a value as this backend keeps it: every element is a word. */
export const bytesOf = ({ shape }: TensorType.TensorType): number => 4 * Shape.size(shape)

/** Bytes that a value takes: what has no elements is bound to kernels as well, and so lies somewhere of its own. */
const roomOf = (type: TensorType.TensorType): number => Math.max(4, bytesOf(type))

const typeOf = ({ graph }: Program, id: Id): TensorType.TensorType =>
  (graph.nodes[id] as Node).types[0] as TensorType.TensorType

/** Bytes that a value takes in the arena, where its floats may have 16 bits. */
const arenaBytes = (type: TensorType.TensorType, isHalf: boolean): number =>
  isHalf ? Math.max(4, 4 * Math.ceil(Shape.size(type.shape) / 2)) : roomOf(type)

/** The buffers of a program laid out anew, since elements may take more bytes here: each from its first to its last use. */
const arenaOf = (program: Program, alignment: number, half: ReadonlySet<number>) => {
  const { buffers, regions, outputs, slots } = program
  const [written, last] = [new Map<Id, number>(), new Map<Id, number>()]
  for (const [at, { reads, writes }] of regions.entries()) {
    for (const id of writes) written.set(id, at)
    for (const id of [...reads, ...writes]) last.set(id, at)
  }
  for (const { id } of outputs) last.set(id, regions.length)
  for (const { updates } of slots) if (updates !== undefined) last.set(updates, regions.length)
  return placeSpans(
    buffers.map(({ holds }, at) => ({
      bytes: Math.max(...holds.map((id) => arenaBytes(typeOf(program, id), half.has(at)))),
      from: Math.min(...holds.map((id) => written.get(id) ?? 0)),
      to: Math.max(...holds.map((id) => last.get(id) ?? 0))
    })),
    alignment
  )
}

/** Lays out a program's block, everything in it at multiples of `alignment`; some of its buffers in floats of 16 bits. */
export const memoryPlan = (
  program: Program,
  scratchBytes: number,
  alignment: number,
  half: ReadonlySet<number>
): MemoryPlan => {
  const { places, slots } = program
  const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment
  const arena = arenaOf(program, alignment, half)
  let end = arena.bytes
  const take = (bytes: number): number => {
    const offset = end
    end += aligned(bytes)
    return offset
  }
  const scratch = take(scratchBytes)
  const addresses = new Map<Id, Address>()
  const first = end
  const each = new Map<string, Extent>()
  for (const { name, type, id } of program.inputs) {
    const bytes = roomOf(type)
    const offset = take(bytes)
    each.set(name, { offset, bytes, type })
    addresses.set(id, { in: "block", offset, bytes })
  }
  const inputs = { offset: first, bytes: end - first, type: { dtype: "u32", shape: [] } as const, each }
  const constants: Array<MemoryPlan["constants"][number]> = []
  const numbers = new Map(slots.map(({ name }, at) => [name, at]))
  for (const [id, place] of places) {
    const type = typeOf(program, id)
    const bytes = roomOf(type)
    if (place.in === "arena") {
      const isHalf = half.has(place.buffer)
      const offset = arena.offsets[place.buffer] as number
      addresses.set(id, { in: "block", offset, bytes: arenaBytes(type, isHalf), isHalf })
    } else if (place.in === "slot") {
      addresses.set(id, { in: "slot", slot: numbers.get(place.slot) as number, bytes })
    } else if (place.in === "constant") {
      const offset = take(bytes)
      addresses.set(id, { in: "block", offset, bytes })
      const { values } = (program.graph.nodes[id] as Node).attrs as { readonly values: ReadonlyArray<number> }
      constants.push({ offset, bytes, type, values })
    }
  }
  const addressOf = (id: Id): Address => {
    const address = addresses.get(id)
    if (address === undefined) throw new Error(`%${id} has no place`)
    return address
  }
  const updates = slots.flatMap(({ type, updates, inPlace }, slot): ReadonlyArray<Update> => {
    const bytes = bytesOf(type)
    if (updates === undefined || inPlace || bytes === 0) return []
    const from = addressOf(updates)
    return [{ slot, bytes, from, ...(from.in === "slot" ? { via: take(bytes) } : {}) }]
  })
  return { bytes: end, addressOf, scratch, inputs, constants, slots: slots.map(({ name }) => name), updates }
}
