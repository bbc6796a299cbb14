import type { Id, Node } from "../graph.ts"
import type { Analysis } from "./analysis.ts"
import type { Draft } from "./draft.ts"

/** What regions hand to one another through memory. */
export interface Traffic {
  readonly reads: (draft: Draft) => ReadonlyArray<Id>
  readonly writes: (draft: Draft) => ReadonlyArray<Id>
  /** The regions that read any of what a region writes. */
  readonly readers: (draft: Draft) => ReadonlyArray<Draft>
  /** What a region reads and nothing after it does, of what regions write. */
  readonly freedBy: (draft: Draft) => ReadonlyArray<Id>
  /** The region that writes a value; `undefined` for what lies in memory already. */
  readonly home: (id: Id) => Draft | undefined
  /** One region takes in others, and runs at another time. */
  readonly merge: (into: Draft, others: ReadonlyArray<Draft>, time: number) => void
}

/** Finds what regions read and write; it is kept up as regions are merged. */
export const trafficOf = (analysis: Analysis, drafts: ReadonlyArray<Draft>): Traffic => {
  const reads = new Map<Draft, ReadonlyArray<Id>>()
  const home = new Map<Id, Draft>()
  const readersOf = new Map<Id, Set<Draft>>()
  for (const draft of drafts) {
    for (const id of draft.homes) home.set(id, draft)
  }
  for (const draft of drafts) {
    reads.set(draft, readsOf(analysis.nodes, draft))
    for (const id of reads.get(draft) as ReadonlyArray<Id>) {
      const known = readersOf.get(id)
      if (known === undefined) readersOf.set(id, new Set([draft]))
      else known.add(draft)
    }
  }
  const isWritten = (id: Id): boolean => analysis.isRoot[id] === true || (readersOf.get(id)?.size ?? 0) > 0
  const writes = (draft: Draft): ReadonlyArray<Id> => [...draft.homes].filter(isWritten).sort((a, b) => a - b)
  return {
    reads: (draft) => reads.get(draft) as ReadonlyArray<Id>,
    writes,
    readers: (draft) => [...new Set(writes(draft).flatMap((id) => [...(readersOf.get(id) ?? [])]))],
    freedBy: (draft) =>
      (reads.get(draft) as ReadonlyArray<Id>).filter(
        (id) =>
          home.has(id) &&
          analysis.isRoot[id] === false &&
          [...(readersOf.get(id) as ReadonlySet<Draft>)].every(({ time }) => time <= draft.time)
      ),
    home: (id) => home.get(id),
    merge: (into, others, time) => {
      for (const draft of [into, ...others]) {
        for (const id of reads.get(draft) as ReadonlyArray<Id>) readersOf.get(id)?.delete(draft)
      }
      into.time = time
      for (const { nodes, homes } of others) {
        for (const id of nodes) into.nodes.add(id)
        for (const id of homes) {
          into.homes.add(id)
          home.set(id, into)
        }
      }
      reads.set(into, readsOf(analysis.nodes, into))
      for (const id of reads.get(into) as ReadonlyArray<Id>) readersOf.get(id)?.add(into)
    }
  }
}

const readsOf = (nodes: ReadonlyArray<Node>, { nodes: own }: Draft): ReadonlyArray<Id> => {
  const reads = new Set<Id>()
  for (const id of own) {
    for (const input of (nodes[id] as Node).inputs) if (!own.has(input)) reads.add(input)
  }
  return [...reads].sort((a, b) => a - b)
}
