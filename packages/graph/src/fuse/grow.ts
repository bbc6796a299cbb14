import type { Id, Node } from "../graph.ts"
import { frameOf } from "../region/frame.ts"
import type { OpKind } from "../region/opKind.ts"
import type { Analysis } from "./analysis.ts"
import { type Demand, type Draft, draftOf, inMemory } from "./draft.ts"
import { operandDemands } from "./operandDemands.ts"
import { staysStrided } from "./staysStrided.ts"

/** A region that has become this large takes no more, so that kernels stay of a size that compilers like. */
const largest = 256

/**
 * Draws regions. Nodes are visited from the last to the first, so that all who ask for a node are known when its turn
 * comes. A node joins the region that runs first among those that ask for it, if its op fits there; then the others can
 * read it, and no cycle arises, since every region reads only from regions with earlier sinks. What does not fit starts
 * a region of its own, and what is cheap is computed again wherever it is asked for.
 */
export const grow = (analysis: Analysis): ReadonlyArray<Draft> => {
  const { nodes, kinds, isRoot } = analysis
  const drafts: Array<Draft> = []
  const demands: Array<Array<Demand> | undefined> = new Array(nodes.length).fill(undefined)
  const ask = (id: Id, demand: Demand): void => {
    const known = demands[id]
    if (known === undefined) demands[id] = [demand]
    else known.push(demand)
  }
  const open = (draft: Draft): Draft => {
    drafts.push(draft)
    return draft
  }
  const enter = (id: Id, draft: Draft, groups: Iterable<number>): void => {
    draft.nodes.add(id)
    for (const group of groups) operandDemands(analysis, id, draft, group, ask)
  }
  for (let id = nodes.length - 1; id >= 0; id--) {
    const asked = current(demands[id] ?? [])
    const kind = kinds[id] as OpKind
    if (asked.length === 0 && isRoot[id] === false) continue
    const mustLie = isRoot[id] === true || asked.some(({ group }) => group === inMemory)
    switch (kind) {
      case "leaf":
        break
      case "filled":
        if (mustLie && nodes[id]?.op === "iota") open(draftOf(id))
        else {
          for (const [draft, groups] of byDraft(asked)) if (!groups.includes(inMemory)) draft.nodes.add(id)
        }
        break
      case "view":
      case "boundary":
        if (mustLie) {
          // Who must find it in memory does not look through it beside.
          for (const { draft } of asked) draft.nodes.delete(id)
          enter(id, open(draftOf(id)), [0])
        } else for (const [draft, groups] of byDraft(asked)) enter(id, draft, groups)
        break
      case "project":
        // The region of the op that it belongs to writes it.
        ask(nodes[id]?.inputs[0] as Id, { draft: draftOf(id), group: inMemory })
        break
      case "alone": {
        const draft = open(draftOf(id, { isSealed: true }))
        for (const {
          draft: { sink }
        } of asked) {
          if (kinds[sink] !== "project" || nodes[sink]?.inputs[0] !== id) continue
          draft.nodes.add(sink)
          draft.homes.add(sink)
        }
        enter(id, draft, [0])
        break
      }
      default: {
        const joined = mustLie ? asked : joinSegments(analysis, id, asked)
        const host = hostOf(analysis, id, joined, mustLie)
        const isRecomputed = !mustLie && analysis.isCheap[id] === true
        if (host !== undefined) {
          host.draft.homes.add(id)
          settle(analysis, id, host)
          enter(id, host.draft, [host.group])
        } else if (!isRecomputed) {
          const firstReader = asked.reduce((first, { draft }) => Math.min(first, draft.time), Number.POSITIVE_INFINITY)
          const draft = open(draftOf(id, { isClosed: isClosed(analysis, id), firstReader }))
          settle(analysis, id, { draft, group: 0 })
          enter(id, draft, [0])
        }
        if (isRecomputed) {
          for (const [draft, groups] of byDraft(joined)) if (draft !== host?.draft) enter(id, draft, groups)
        }
      }
    }
  }
  const drawn = drafts.filter(({ mergedInto }) => mergedInto === undefined)
  for (const draft of drawn) dropUnused(nodes, draft)
  return drawn
}

/** Drops views that led to a value that the region reads elsewhere after all. */
const dropUnused = (nodes: ReadonlyArray<Node>, draft: Draft): void => {
  const used = new Set(draft.homes)
  for (const id of [...draft.nodes].sort((a, b) => b - a)) {
    if (used.has(id)) for (const input of (nodes[id] as Node).inputs) used.add(input)
    else draft.nodes.delete(id)
  }
}

/** Who asks now, after regions were merged. */
const current = (asked: ReadonlyArray<Demand>): ReadonlyArray<Demand> =>
  asked.some(({ draft }) => draft.mergedInto !== undefined)
    ? asked.map(({ draft, group }) => ({ draft: rootOf(draft), group }))
    : asked

const rootOf = (draft: Draft): Draft => (draft.mergedInto === undefined ? draft : rootOf(draft.mergedInto))

/**
 * Makes segments that ask for one value at the same element one segment, so that they can share it: the updates of a
 * parameter and of its moments. It runs when the last of them would have, and so before all that read any of them.
 */
const joinSegments = ({ kinds }: Analysis, id: Id, asked: ReadonlyArray<Demand>): ReadonlyArray<Demand> => {
  const drafts = [...new Set(asked.map(({ draft }) => draft))].sort((a, b) => b.time - a.time)
  const [last, ...others] = drafts
  if (last === undefined || others.length === 0 || kinds[id] !== "elementwise") return asked
  const areSegments =
    asked.every(({ group }) => group === 0) &&
    drafts.every((draft) => draft.isClosed && kinds[draft.sink] === "elementwise") &&
    others.every(({ firstReader }) => firstReader > last.time) &&
    drafts.reduce((sum, { nodes }) => sum + nodes.size, 0) <= largest
  if (!areSegments) return asked
  for (const draft of others) {
    for (const node of draft.nodes) last.nodes.add(node)
    for (const home of draft.homes) last.homes.add(home)
    draft.mergedInto = last
  }
  return [{ draft: last, group: 0 }]
}

/** The regions that ask, each with the groups at whose places it does. */
const byDraft = (asked: ReadonlyArray<Demand>): Iterable<readonly [Draft, ReadonlyArray<number>]> => {
  const [only, ...others] = asked
  if (only !== undefined && others.length === 0) return [[only.draft, [only.group]]]
  const groups = new Map<Draft, Array<number>>()
  for (const { draft, group } of asked) {
    const known = groups.get(draft)
    if (known === undefined) groups.set(draft, [group])
    else if (!known.includes(group)) known.push(group)
  }
  return groups
}

/** Whether a region that starts here may be a segment: an update of a slot, or a term of a sum over many tensors. */
const isClosed = ({ kinds, elements, isUpdate, isTerm }: Analysis, id: Id): boolean =>
  (kinds[id] === "elementwise" && elements[id] !== 1 && isUpdate[id] === true) || isTerm[id] === true

/** The region that a node joins: the first that asks for it, where it fits. */
const hostOf = (analysis: Analysis, id: Id, asked: ReadonlyArray<Demand>, mustLie: boolean): Demand | undefined => {
  const [some] = asked
  if (some === undefined) return undefined
  const first = asked.reduce((first, { draft }) => (draft.time < first.time ? draft : first), some.draft)
  const group = asked.find(({ draft }) => draft === first)?.group as number
  const isOneGroup = asked.every((demand) => demand.draft !== first || demand.group === group)
  const hasOthers = asked.some(({ draft }) => draft !== first)
  const isWritten = mustLie || (hasOthers && analysis.isCheap[id] === false)
  const isReachable = group >= 0 && isOneGroup && !first.isSealed && first.nodes.size < largest
  if (!isReachable || (isWritten && group !== 0 && group !== first.full && group !== first.row)) return undefined
  if (first.isClosed && (hasOthers || analysis.kinds[id] !== "elementwise")) return undefined
  // A value that is kept anyway is better computed beside the rows that it comes from than before other rows.
  const rows = analysis.elementsOfRows[id]
  if (isWritten && rows !== undefined && first.frame !== undefined && first.frame.key !== rows.key) return undefined
  return fits(analysis, id, first, group) ? { draft: first, group } : undefined
}

const fits = (analysis: Analysis, id: Id, draft: Draft, group: number): boolean => {
  const { kinds, carriesProduct, isTerm } = analysis
  const takesProduct = !draft.isHeavy && !draft.hasRows
  // Once there is a product, there are no rows to compute something once for.
  if (draft.isHeavy && group === draft.row) return false
  switch (kinds[id]) {
    case "elementwise":
      // What would be a product's epilogue is left to the product, where the product cannot follow it here.
      return draft.isClosed || carriesProduct[id] === false || takesProduct
    case "pull":
      return true
    case "reduction":
      if (draft.isHeavy || isTerm[id] === true) return false
      if (draft.frame === undefined) return group === 0
      return draft.row === group && reducedFrame(analysis, id).key === draft.frame.key
    case "product":
      return takesProduct && (group === 0 || (draft.transposed.has(group) && staysStrided(analysis, id, draft)))
    case "scatter":
      return takesProduct && group === 0
    default:
      return false
  }
}

const reducedFrame = ({ nodes }: Analysis, id: Id): ReturnType<typeof frameOf> => {
  const { inputs, attrs } = nodes[id] as Node
  return frameOf(nodes[inputs[0] as Id]?.types[0]?.shape ?? [], attrs["axes"] as ReadonlyArray<number>)
}

/** What a region becomes by what it takes in. */
const settle = (analysis: Analysis, id: Id, { draft, group }: Demand): void => {
  const kind = analysis.kinds[id]
  if (kind === "product" || kind === "scatter") draft.isHeavy = true
  if (kind === "reduction" || group === draft.row) draft.hasRows = true
  if (kind !== "reduction" || draft.frame !== undefined) return
  draft.frame = reducedFrame(analysis, id)
  draft.row = group
  draft.full = draft.groups++
}
