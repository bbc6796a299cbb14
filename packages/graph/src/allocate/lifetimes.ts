import type { Graph, Id } from "../graph.ts"
import type { Region } from "../program.ts"

/** When materialised values come to be and are read, in numbers of regions. */
export interface Lifetimes {
  /** The region that writes a value; `undefined` for leaves. */
  readonly writtenIn: (id: Id) => number | undefined
  /** The last region that reads a value; after all of them for outputs and updates, -1 where none does. */
  readonly lastRead: (id: Id) => number
}

/** Finds the lifetimes of all values that pass between regions. */
export const lifetimesOf = ({ outputs, updates }: Graph, regions: ReadonlyArray<Region>): Lifetimes => {
  const written = new Map<Id, number>()
  const last = new Map<Id, number>()
  for (const [at, { reads, writes }] of regions.entries()) {
    for (const id of writes) written.set(id, at)
    for (const id of reads) last.set(id, at)
  }
  for (const { id } of [...outputs, ...updates]) last.set(id, regions.length)
  return { writtenIn: (id) => written.get(id), lastRead: (id) => last.get(id) ?? -1 }
}
