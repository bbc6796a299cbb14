import { TensorType } from "@residual/core"
import { alignment } from "../allocate/arena.ts"
import { overwriting } from "../allocate/inPlace.ts"
import { leafPlace } from "../allocate/leafPlace.ts"
import { type Lifetimes, lifetimesOf } from "../allocate/lifetimes.ts"
import type { Graph, Id, Node } from "../graph.ts"
import type { Buffer, Place, Program } from "../program.ts"

/** What is wrong with where a program keeps its values, if anything is. */
export const placeDefect = (program: Program): string | undefined =>
  bufferDefect(program) ?? presenceDefect(program) ?? slotDefect(program) ?? overlapDefect(program)

const bytesOf = ({ graph }: Program, id: Id): number =>
  TensorType.bytes(graph.nodes[id]?.types[0] as TensorType.TensorType)

const bufferDefect = (program: Program): string | undefined => {
  for (const [at, { offset, bytes, holds }] of program.buffers.entries()) {
    if (offset % alignment !== 0) return `buffer ${at} starts at ${offset}, which is no multiple of ${alignment}`
    if (offset + bytes > program.arenaBytes) return `buffer ${at} ends beyond the arena`
    const large = holds.find((id) => bytesOf(program, id) > bytes)
    if (large !== undefined) return `buffer ${at} is too small for %${large}`
  }
  return program.peakBytes <= program.arenaBytes ? undefined : "more bytes are live at once than the arena has"
}

const presenceDefect = (program: Program): string | undefined => {
  const { graph, regions, places, buffers } = program
  const ids = new Set([...graph.outputs, ...graph.updates].map(({ id }) => id))
  for (const { reads, writes } of regions) for (const id of [...reads, ...writes]) ids.add(id)
  for (const id of ids) {
    const place = places.get(id)
    if (place === undefined) return `%${id} has no place`
    const isHeld = place.in !== "arena" || buffers[place.buffer]?.holds.includes(id) === true
    if (!isHeld) return `%${id} is in a buffer that does not hold it`
    if ((place.in === "constant") !== (graph.nodes[id]?.op === "constant"))
      return `%${id} is placed as a constant wrongly`
  }
  for (const [id, place] of places) {
    const own = leafPlace(graph.nodes[id] as Node)
    const isOwn = own === undefined ? place.in !== "input" : isSamePlace(place, own)
    if (!isOwn) return `%${id} is not where such a value lies`
  }
  return undefined
}

const isSamePlace = (place: Place, that: Place): boolean => {
  if (place.in === "slot") return isSlot(that, place.slot)
  return place.in === that.in && (place.in !== "input" || that.in !== "input" || place.name === that.name)
}

/** Which node reads each slot, and which one becomes its next value. */
const slotsOf = ({ nodes, updates }: Graph): ReadonlyMap<string, { reads?: Id; updates?: Id }> => {
  const slots = new Map<string, { reads?: Id; updates?: Id }>()
  for (const [id, node] of nodes.entries()) {
    const place = leafPlace(node)
    if (place?.in === "slot") slots.set(place.slot, { reads: id })
  }
  for (const { name, id } of updates) slots.set(name, { ...slots.get(name), updates: id })
  return slots
}

const slotDefect = ({ graph, slots, places, slotGroups }: Program): string | undefined => {
  const names = new Set(slots.map(({ name }) => name))
  const expected = slotsOf(graph)
  const missing = [...expected.keys()].find((name) => !names.has(name))
  if (missing !== undefined) return `the slot "${missing}" is not among the program's`
  const other = slots.find(({ name, reads, updates }) => {
    const slot = expected.get(name)
    return slot === undefined || slot.reads !== reads || slot.updates !== updates
  })
  if (other !== undefined) return `the slot "${other.name}" is another graph's`
  for (const [id, place] of places) {
    if (place.in !== "slot" || leafPlace(graph.nodes[id] as Node) !== undefined) continue
    if (expected.get(place.slot)?.updates !== id) return `%${id} is in the slot "${place.slot}", and not its next value`
  }
  const grouped = slotGroups.flat()
  if (new Set(grouped).size !== grouped.length) return "a slot is in two groups"
  const unknown = grouped.find((name) => !names.has(name))
  if (unknown !== undefined) return `the slot "${unknown}" is in a group, but not in the program`
  for (const { name, type, reads, updates, access, inPlace } of slots) {
    const expected = updates === undefined ? "read" : reads === undefined ? "write" : "donated"
    if (access !== expected) return `the slot "${name}" is ${expected}, not ${access}`
    for (const id of [reads, updates]) {
      if (id === undefined) continue
      if (!TensorType.equals(type, graph.nodes[id]?.types[0] as TensorType.TensorType))
        return `the slot "${name}" holds another type than %${id}`
    }
    if (reads !== undefined && !isSlot(places.get(reads), name))
      return `the slot "${name}" is not where %${reads} is read`
    const isThere = updates !== undefined && isSlot(places.get(updates), name)
    if (inPlace !== isThere)
      return `the slot "${name}" is ${inPlace ? "" : "not "}in place, and %${updates ?? "?"} is elsewhere`
  }
  return undefined
}

const isSlot = (place: Place | undefined, name: string): boolean => place?.in === "slot" && place.slot === name

/** A value in memory: in which memory, from which byte to which. */
interface Extent {
  readonly id: Id
  readonly memory: string
  readonly from: number
  readonly to: number
}

const extentOf = (program: Program, id: Id): Extent | undefined => {
  const place = program.places.get(id)
  const bytes = bytesOf(program, id)
  if (place === undefined || bytes === 0) return undefined
  if (place.in === "slot") return { id, memory: `slot ${place.slot}`, from: 0, to: bytes }
  if (place.in !== "arena") return undefined
  const { offset } = program.buffers[place.buffer] as Buffer
  return { id, memory: "arena", from: offset, to: offset + bytes }
}

/** Runs through the regions with what is in memory at each, and looks for what is written over something needed. */
const overlapDefect = (program: Program): string | undefined => {
  const { graph, regions } = program
  const lifetimes = lifetimesOf(graph, regions)
  const live = new Map<string, Array<Extent>>()
  const enter = (extent: Extent | undefined): void => {
    if (extent === undefined) return
    const others = live.get(extent.memory)
    if (others === undefined) live.set(extent.memory, [extent])
    else others.splice(firstAfter(others, extent.from), 0, extent)
  }
  for (const [id, { op, body }] of graph.nodes.entries()) {
    if (op === "input" && body === undefined) enter(extentOf(program, id))
  }
  for (const [at, region] of regions.entries()) {
    const legal = overwriting(graph, region)
    for (const id of region.writes) {
      const extent = extentOf(program, id)
      if (extent === undefined) continue
      const others = live.get(extent.memory) ?? []
      for (const other of takeOverlapping(others, extent)) {
        const last = lastNeeded(lifetimes, other.id)
        if (last < at) continue
        const isOver = last === at && other.from === extent.from && legal.isLegal(other.id, id)
        if (!isOver) return `region ${at} (${region.kind}) writes %${id} over %${other.id}, which is needed`
      }
      enter(extent)
    }
  }
  return undefined
}

/** A value that nothing reads is still written while its region runs. */
const lastNeeded = ({ lastRead, writtenIn }: Lifetimes, id: Id): number => Math.max(lastRead(id), writtenIn(id) ?? -1)

const firstAfter = (extents: ReadonlyArray<Extent>, from: number): number => {
  let [low, high] = [0, extents.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((extents[middle] as Extent).from < from) low = middle + 1
    else high = middle
  }
  return low
}

/** Takes out those that overlap one; the others do not overlap each other, so they stand in order. */
const takeOverlapping = (extents: Array<Extent>, { from, to }: Extent): ReadonlyArray<Extent> => {
  let start = firstAfter(extents, from)
  if (start > 0 && (extents[start - 1] as Extent).to > from) start--
  let end = start
  while (end < extents.length && (extents[end] as Extent).from < to) end++
  return extents.splice(start, end - start)
}
