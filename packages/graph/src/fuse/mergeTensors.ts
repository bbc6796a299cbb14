import type { Segment } from "../program.ts"
import type { Analysis } from "./analysis.ts"
import type { Draft } from "./draft.ts"
import { type Pattern, patternOf } from "./pattern.ts"
import type { Traffic } from "./traffic.ts"

/** Regions that were drawn for several tensors and run as one. */
export interface MultiTensor {
  readonly draft: Draft
  readonly patterns: ReadonlyArray<Pattern>
  /** Places in the segments' nodes of constants that differ. */
  readonly varying: ReadonlyArray<number>
  readonly segments: ReadonlyArray<Segment>
}

interface Member {
  readonly draft: Draft
  readonly pattern: Pattern
}

/**
 * Merges regions that do the same to one tensor each: the update of every parameter by an optimiser, the terms of a global
 * norm. They run together when the last of them would have, without those whose result is needed before.
 */
export const mergeTensors = (
  analysis: Analysis,
  drafts: ReadonlyArray<Draft>,
  traffic: Traffic
): { readonly drafts: ReadonlyArray<Draft>; readonly multiTensors: ReadonlyArray<MultiTensor> } => {
  const groups = new Map<string, Array<Member>>()
  for (const draft of drafts) {
    const pattern = draft.isClosed ? patternOf(analysis, draft, traffic) : undefined
    if (pattern === undefined) continue
    const key = `${pattern.key}\n${pattern.scalars.join()}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [{ draft, pattern }])
    else group.push({ draft, pattern })
  }
  const gone = new Set<Draft>()
  const multiTensors: Array<MultiTensor> = []
  for (const group of groups.values()) {
    const time = group.reduce((last, { draft }) => Math.max(last, draft.time), 0)
    const members = group
      .filter(({ draft }) => traffic.readers(draft).every((reader) => reader.time > time))
      .sort((a, b) => a.draft.time - b.draft.time)
    const [first, ...others] = members
    if (first === undefined || others.length === 0) continue
    traffic.merge(
      first.draft,
      others.map(({ draft }) => draft),
      time
    )
    for (const { draft } of others) gone.add(draft)
    const patterns = members.map(({ pattern }) => pattern)
    const varying = varyingOf(patterns)
    multiTensors.push({
      draft: first.draft,
      patterns,
      varying,
      segments: patterns.map((pattern) => segmentOf(pattern, varying))
    })
  }
  return { drafts: drafts.filter((draft) => !gone.has(draft)), multiTensors }
}

const varyingOf = ([first, ...others]: ReadonlyArray<Pattern>): ReadonlyArray<number> =>
  (first?.constants ?? []).flatMap(({ at, value }, which) =>
    others.every(({ constants }) => Object.is(constants[which]?.value, value)) ? [] : [at]
  )

const segmentOf = (
  { elements, nodes, reads, writes, constants }: Pattern,
  varying: ReadonlyArray<number>
): Segment => ({
  elements,
  nodes,
  reads,
  writes,
  attributes: constants.filter(({ at }) => varying.includes(at)).map(({ value }) => value)
})
