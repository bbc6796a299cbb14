import type { Id, Node } from "../graph.ts"
import { alignments } from "../region/alignment.ts"
import { longestRow } from "../region/frame.ts"
import { shapeOf } from "../region/opKind.ts"
import type { Analysis } from "./analysis.ts"
import type { Draft } from "./draft.ts"
import { spaceOf } from "./spaceOf.ts"
import type { Traffic } from "./traffic.ts"

/** The most nodes of a merged region. */
const largest = 256

/** Regions that are no further apart than this are merged whatever it keeps in memory between the two. */
const near = 8

/**
 * Merges regions that walk the same elements and read one of the same values (two reductions of one residual, the halves
 * of a rotation), or one what the other writes, and regions of single elements: then a value is loaded once, or not kept
 * at all, and one kernel runs instead of two. Each region is compared with the last one that read the same, and the two
 * run together at the time of either, if what they read is there, nothing has yet read what they write, and no more is
 * kept in memory between the two than before.
 */
export const mergeSiblings = (
  analysis: Analysis,
  drafts: ReadonlyArray<Draft>,
  traffic: Traffic
): ReadonlyArray<Draft> => {
  const last = new Map<string, Draft>()
  const kept: Array<Draft> = []
  const inOrder = [...drafts].sort((a, b) => a.time - b.time)
  const place = new Map(inOrder.map(({ time }, at) => [time, at]))
  for (const draft of inOrder) {
    const keys = siblingKeys(analysis, draft, traffic)
    const candidates = new Set(keys.flatMap((key) => last.get(key) ?? []))
    let into = draft
    for (const candidate of candidates) {
      const isNear = (place.get(draft.time) as number) - (place.get(candidate.time) as number) <= near
      const time = timeTogether(analysis, candidate, draft, traffic, isNear)
      if (time === undefined) continue
      traffic.merge(candidate, [draft], time)
      into = candidate
      break
    }
    if (into === draft) kept.push(draft)
    for (const key of keys) last.set(key, into)
    if (keys.length > 0) for (const id of traffic.writes(into)) last.set(`${walkOf(analysis, into)} reads ${id}`, into)
  }
  return kept
}

/** The elements that a region walks, and by which rows. */
const walkOf = ({ nodes }: Analysis, { hasRows, frame, sink }: Draft): string =>
  hasRows ? `${frame?.key} of ${frame?.space.join()}` : shapeOf(nodes[sink] as Node).join()

/** What two regions must share to be merged: the elements that they walk, and a value that they read. */
const siblingKeys = (analysis: Analysis, draft: Draft, traffic: Traffic): ReadonlyArray<string> => {
  if (draft.isHeavy || draft.isClosed) return []
  if (!draft.hasRows && analysis.elements[draft.sink] === 1) return ["scalars"]
  const walk = walkOf(analysis, draft)
  return traffic
    .reads(draft)
    .filter((id) => analysis.elements[id] !== 1)
    .map((id) => `${walk} reads ${id}`)
}

/** When two regions, the first of which runs before the second, can run as one. */
const timeTogether = (
  analysis: Analysis,
  first: Draft,
  second: Draft,
  traffic: Traffic,
  isNear: boolean
): number | undefined => {
  if (first.nodes.size + second.nodes.size > largest || first.hasRows !== second.hasRows) return undefined
  if (crossesBarrier(analysis, first, second) || recomputesWhatIsRead(first, second, traffic)) return undefined
  const [handed, others] = partition(traffic.reads(second), (id) => traffic.home(id) === first)
  const isLong = first.hasRows && (first.frame?.length ?? 1) > longestRow
  if (handed.length > 0 && (isLong || !readsInPlace(analysis, second, handed, traffic))) return undefined
  const elements = (ids: ReadonlyArray<Id>): number =>
    ids.reduce((sum, id) => sum + (analysis.elements[id] as number), 0)
  if (others.every((id) => (traffic.home(id)?.time ?? -1) < first.time)) {
    // What the second writes is there earlier, what it reads for the last time goes earlier.
    if (isNear || elements(traffic.writes(second)) <= elements(traffic.freedBy(second))) return first.time
  }
  const readers = traffic.readers(first).filter((reader) => reader !== second)
  if (readers.some(({ time }) => time <= second.time)) return undefined
  return isNear || elements(traffic.freedBy(first)) <= elements(traffic.writes(first)) ? second.time : undefined
}

const partition = (
  ids: ReadonlyArray<Id>,
  test: (id: Id) => boolean
): readonly [ReadonlyArray<Id>, ReadonlyArray<Id>] => [ids.filter(test), ids.filter((id) => !test(id))]

/** Whether a region reads values only at the elements, or at the rows, that it is at, where another would have just computed them. */
const readsInPlace = (analysis: Analysis, draft: Draft, ids: ReadonlyArray<Id>, traffic: Traffic): boolean => {
  const { space, axes } = spaceOf(analysis, draft)
  const nodes = [...draft.nodes].sort((a, b) => a - b)
  const needs = alignments(analysis.nodes, { nodes, writes: traffic.writes(draft), space, axes })
  return ids.every((id) => {
    const need = needs.get(id)
    return need !== undefined && need.full !== need.row && !need.elsewhere
  })
}

/** Whether two regions as one would compute what one of them reads through a barrier. */
const crossesBarrier = ({ nodes, kinds }: Analysis, first: Draft, second: Draft): boolean => {
  const crosses = (draft: Draft, other: Draft): boolean =>
    [...draft.nodes].some((id) => kinds[id] === "boundary" && other.nodes.has((nodes[id] as Node).inputs[0] as Id))
  return crosses(first, second) || crosses(second, first)
}

/** Whether one region computes again what the other reads, maybe because it must find it in memory. */
const recomputesWhatIsRead = (first: Draft, second: Draft, traffic: Traffic): boolean => {
  const recomputes = (draft: Draft, other: Draft): boolean =>
    traffic.reads(other).some((id) => draft.nodes.has(id) && !draft.homes.has(id))
  return recomputes(first, second) || recomputes(second, first)
}
