import type { TensorType } from "@residual/core"
import type { Graph, Id } from "../graph.ts"
import type { Slot } from "../program.ts"
import type { Overwriting } from "./inPlace.ts"
import type { Lifetimes } from "./lifetimes.ts"

/** What a program does with its slots, and which values are written into one. */
export interface Donations {
  readonly slots: ReadonlyArray<Slot>
  readonly inSlot: ReadonlySet<Id>
}

/**
 * Decides which slots are written in place: those whose old value is read for the last time before the region that
 * computes the next one, or by that region at the same element only.
 */
export const donationsOf = (
  { nodes, updates }: Graph,
  { lastRead, writtenIn }: Lifetimes,
  overwritings: ReadonlyArray<Overwriting>
): Donations => {
  const read = new Map<string, Id>()
  for (const [id, { op, attrs, body }] of nodes.entries()) {
    if (op === "input" && body === undefined && attrs["binding"] === "slot") read.set(attrs["name"] as string, id)
  }
  const inSlot = new Set<Id>()
  const update = new Map(updates.map(({ name, id }) => [name, id]))
  const isInPlace = (old: Id | undefined, next: Id): boolean => {
    if (old === next) return true
    const at = writtenIn(next)
    if (at === undefined || inSlot.has(next)) return false
    inSlot.add(next)
    if (old === undefined || lastRead(old) < at) return true
    if (lastRead(old) === at && (overwritings[at] as Overwriting).isLegal(old, next)) return true
    inSlot.delete(next)
    return false
  }
  const slots = [...new Set([...read.keys(), ...update.keys()])].map((name): Slot => {
    const [old, next] = [read.get(name), update.get(name)]
    const type = nodes[old ?? (next as Id)]?.types[0] as TensorType.TensorType
    return {
      name,
      type,
      access: next === undefined ? "read" : old === undefined ? "write" : "donated",
      ...(old === undefined ? {} : { reads: old }),
      ...(next === undefined ? {} : { updates: next }),
      inPlace: next !== undefined && isInPlace(old, next)
    }
  })
  return { slots, inSlot }
}
