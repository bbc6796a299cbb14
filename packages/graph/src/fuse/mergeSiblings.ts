import { Shape } from "@residual/core"
import type { Id, Node } from "../graph.ts"
import type { Analysis } from "./analysis.ts"
import type { Draft } from "./draft.ts"
import { shapeOf } from "./opKind.ts"
import type { Traffic } from "./traffic.ts"

/** The key of regions of single elements, which may even follow one upon the other. */
const scalars = "scalars"

/** The most nodes of a merged region. */
const largest = 256

/**
 * Merges regions that walk the same elements and read one of the same values (two reductions of one residual, the halves
 * of a rotation), and regions of single elements, so that the value is loaded once and one kernel runs instead of two.
 * Each region is compared with the last one that read the same, and the two run together at the time of either, if
 * what they read is there and nothing has yet read what they write.
 */
export const mergeSiblings = (
  analysis: Analysis,
  drafts: ReadonlyArray<Draft>,
  traffic: Traffic
): ReadonlyArray<Draft> => {
  const last = new Map<string, Draft>()
  const kept: Array<Draft> = []
  for (const draft of [...drafts].sort((a, b) => a.time - b.time)) {
    const keys = siblingKeys(analysis, draft, traffic)
    const together = (other: Draft): number | undefined =>
      crossesBarrier(analysis, other, draft) ? undefined : timeTogether(other, draft, traffic, keys[0] === scalars)
    const candidates = keys.flatMap((key) => last.get(key) ?? [])
    const sibling = candidates.find((other) => together(other) !== undefined)
    if (sibling === undefined) kept.push(draft)
    else traffic.merge(sibling, [draft], together(sibling) as number)
    for (const key of keys) last.set(key, sibling ?? draft)
  }
  return kept
}

/** What two regions must share to be merged: the elements that they walk, and a value that they read. */
const siblingKeys = ({ nodes, elements }: Analysis, draft: Draft, traffic: Traffic): ReadonlyArray<string> => {
  if (draft.isHeavy || draft.isClosed) return []
  const shape = shapeOf(nodes[draft.sink] as Node)
  const isRow = draft.hasRows
  if (!isRow && Shape.size(shape) === 1) return [scalars]
  const walk = isRow ? `${draft.frame?.key} of ${draft.frame?.space.join()}` : shape.join()
  return traffic
    .reads(draft)
    .filter((id: Id) => elements[id] !== 1)
    .map((id) => `${walk} reads ${id}`)
}

/** Whether two regions as one would compute what one of them reads through a barrier. */
const crossesBarrier = ({ nodes, kinds }: Analysis, first: Draft, second: Draft): boolean => {
  const crosses = (draft: Draft, other: Draft): boolean =>
    [...draft.nodes].some((id) => kinds[id] === "boundary" && other.nodes.has((nodes[id] as Node).inputs[0] as Id))
  return crosses(first, second) || crosses(second, first)
}

/** When two regions, the first of which runs before the second, can run as one; the second may read the first or not. */
const timeTogether = (first: Draft, second: Draft, traffic: Traffic, mayFollow: boolean): number | undefined => {
  if (first.nodes.size + second.nodes.size > largest) return undefined
  if (first.hasRows !== second.hasRows) return undefined
  const reads = traffic.reads(second).filter((id) => traffic.home(id) !== first)
  const readsFirst = reads.length < traffic.reads(second).length
  if (readsFirst && !mayFollow) return undefined
  if (reads.every((id) => (traffic.home(id)?.time ?? -1) < first.time)) return first.time
  const readers = traffic.readers(first).filter((reader) => reader !== second)
  return readers.every(({ time }) => time > second.time) ? second.time : undefined
}
