import type { Id } from "@residual/graph"
import { type Element, type Elements, makeElements } from "./element.ts"
import {
  add,
  type Condition,
  coefficientOf,
  constant,
  decided,
  type Index,
  type Loop,
  ofLoop,
  scale,
  substitute
} from "./indexExpression.ts"
import { substituting } from "./substituteElements.ts"
import { visitElements, visitIndex } from "./visitIndices.ts"

/** A number that a kernel stores: of which value, at which place in row-major order. */
export interface Store {
  readonly id: Id
  readonly place: Index
  readonly element: Element
}

/** A reduction over a row: which one, by which op, and what it reduces. */
export interface Reduction {
  readonly id: Id
  readonly op: string
  readonly element: Element
}

/** One pass over the elements of a row: what it reduces, and what it stores of each element. */
export interface Pass {
  readonly reductions: ReadonlyArray<Reduction>
  readonly stores: ReadonlyArray<Store>
}

/** What a kernel computes in its loops: passes over each row, and what it stores of the row when they are done. */
export interface Body {
  readonly passes: ReadonlyArray<Pass>
  readonly rowStores: ReadonlyArray<Store>
}

/**
 * A kernel as loops around arithmetic: counters for the rows, outermost first, counters for the elements of a row, and
 * what is computed there.
 */
export interface Nest extends Body {
  readonly kept: ReadonlyArray<Loop>
  readonly reduced: ReadonlyArray<Loop>
}

/** What a nest stores. */
export const writtenBy = ({ passes, rowStores }: Nest): ReadonlySet<Id> =>
  new Set([...passes.flatMap(({ stores }) => stores), ...rowStores].map(({ id }) => id))

/** A counter before the loops are settled: the axis that it belongs to, and whether that axis is reduced. */
interface Counter {
  readonly loop: Loop
  readonly isReduced: boolean
}

/** Composes the body of a kernel, given where on each axis of its space it is. */
export type Compose = (coordinates: ReadonlyArray<Index>, elements: Elements) => Body

/** Splitting a loop makes two; more than this many never help. */
const mostSplits = 24

/** Loops have no more steps than this: emitters count bytes in signed integers of 32 bits. */
export const longestLoop = 2 ** 28

/** A kernel falls into at most so many parts along its innermost axis. */
const mostParts = 8

/**
 * Finds loops over a space in which indices become sums of counters. A loop whose quotients and remainders appear (an axis
 * that merges heads and channels) becomes two; where nothing is reduced, the innermost axis is cut at the places where
 * conditions on it change (padding, concatenation), which makes several nests, unless it is to be `whole`; and neighbours
 * that are one run everywhere become one.
 */
export const nestsOf = (
  space: ReadonlyArray<number>,
  axes: ReadonlyArray<number>,
  compose: Compose,
  whole = false
): ReadonlyArray<Nest> => {
  let ids = 0
  const newLoop = (size: number): Loop => ({ id: ids++, size })
  const counters: Array<Counter> = []
  const coordinates = space.map((size, axis): Index => {
    if (size === 1) return constant(0)
    const loop = newLoop(size)
    counters.push({ loop, isReduced: axes.includes(axis) })
    return ofLoop(loop)
  })
  const draft = split({ counters, coordinates }, compose, newLoop, !whole && axes.length === 0)
  return draft.map((part) => merged(part, newLoop))
}

interface Draft {
  readonly counters: ReadonlyArray<Counter>
  readonly coordinates: ReadonlyArray<Index>
}

interface Composed extends Draft {
  readonly body: Body
}

/** Everything that is stored or reduced. */
export const rootsOf = ({ passes, rowStores }: Body): ReadonlyArray<Element> => [
  ...passes.flatMap(({ reductions, stores }) => [...reductions, ...stores].map(({ element }) => element)),
  ...rowStores.map(({ element }) => element)
]

const placesOf = ({ passes, rowStores }: Body): ReadonlyArray<Index> => [
  ...passes.flatMap(({ stores }) => stores.map(({ place }) => place)),
  ...rowStores.map(({ place }) => place)
]

/** Every index that a body is about, those inside others included, and every condition. */
const indicesIn = (
  body: Body
): { readonly indices: ReadonlyArray<Index>; readonly conditions: ReadonlyArray<Condition> } => {
  const indices: Array<Index> = []
  const conditions: Array<Condition> = []
  const visitor = {
    index: (index: Index) => indices.push(index),
    condition: (condition: Condition) => conditions.push(condition)
  }
  visitElements(rootsOf(body), () => {}, visitor)
  for (const place of placesOf(body)) visitIndex(place, visitor)
  return { indices, conditions }
}

const split = (
  draft: Draft,
  compose: Compose,
  newLoop: (size: number) => Loop,
  mayPart: boolean
): ReadonlyArray<Composed> => {
  let { counters, coordinates } = draft
  let body = compose(coordinates, makeElements())
  for (let splits = 0; splits < mostSplits; splits++) {
    const found = indicesIn(body)
    const last = counters.at(-1)
    const parts = mayPart && last !== undefined ? partsOf(last.loop, found.conditions) : []
    if (last !== undefined && parts.length > 1) {
      return parts.flatMap(({ from, to }) => {
        const loop = newLoop(to - from)
        const isOne = to - from === 1
        const moved = isOne ? constant(from) : add(constant(from), ofLoop(loop))
        const part = {
          counters: [...counters.slice(0, -1), ...(isOne ? [] : [{ loop, isReduced: false }])],
          coordinates: replaced(coordinates, last.loop, moved)
        }
        return split(part, compose, newLoop, false)
      })
    }
    const wanted = wantedSplit(counters, found.indices)
    if (wanted === undefined) break
    const { counter, inner } = wanted
    const [outside, inside] = [newLoop(counter.loop.size / inner), newLoop(inner)]
    coordinates = replaced(coordinates, counter.loop, add(scale(ofLoop(outside), inner), ofLoop(inside)))
    counters = counters.flatMap((other) =>
      other === counter ? [outside, inside].map((loop) => ({ loop, isReduced: counter.isReduced })) : [other]
    )
    body = compose(coordinates, makeElements())
  }
  return [{ counters, coordinates, body }]
}

const replaced = (coordinates: ReadonlyArray<Index>, loop: Loop, by: Index): ReadonlyArray<Index> =>
  coordinates.map((index) =>
    substitute(index, { loop: (other) => (other === loop ? by : ofLoop(other)), element: (element) => element })
  )

/** The parts of a loop in which conditions on it alone are decided, if there are not too many. */
const partsOf = (
  loop: Loop,
  conditions: ReadonlyArray<Condition>
): ReadonlyArray<{ readonly from: number; readonly to: number }> => {
  const cuts = new Set<number>([0, loop.size])
  for (const condition of conditions) {
    if (condition.kind !== "within" || decided(condition) !== undefined) continue
    const { terms, constant } = condition.index
    const [term] = terms
    if (term === undefined || terms.length > 1 || term.atom.kind !== "loop" || term.atom.loop !== loop) continue
    for (const bound of [condition.low, condition.high]) {
      const cut = Math.ceil((bound - constant) / term.coefficient)
      cuts.add(term.coefficient > 0 ? cut : cut + ((bound - constant) % term.coefficient === 0 ? 1 : 0))
    }
  }
  const inside = [...cuts].filter((cut) => cut >= 0 && cut <= loop.size).sort((a, b) => a - b)
  if (inside.length - 1 > mostParts) return []
  return inside.slice(1).map((to, at) => ({ from: inside[at] as number, to }))
}

/** A loop that is to become two, so that a quotient or remainder of it goes away: the inner one's size. */
const wantedSplit = (
  counters: ReadonlyArray<Counter>,
  indices: ReadonlyArray<Index>
): { readonly counter: Counter; readonly inner: number } | undefined => {
  for (const { terms } of indices) {
    for (const { atom } of terms) {
      if (atom.kind !== "quotient" && atom.kind !== "remainder") continue
      for (const term of atom.of.terms) {
        const step = Math.abs(term.coefficient)
        if (term.atom.kind !== "loop" || atom.by % step !== 0) continue
        const { loop } = term.atom
        const inner = atom.by / step
        const counter = counters.find((counter) => counter.loop === loop)
        if (counter !== undefined && inner > 1 && inner < loop.size && loop.size % inner === 0)
          return { counter, inner }
      }
    }
  }
  return undefined
}

/** Makes one loop of neighbours wherever every index takes them as one. */
const merged = ({ counters, body }: Composed, newLoop: (size: number) => Loop): Nest => {
  const { indices } = indicesIn(body)
  const isOneRun = (outer: Counter, inner: Counter): boolean =>
    outer.isReduced === inner.isReduced &&
    outer.loop.size * inner.loop.size <= longestLoop &&
    indices.every((index) => coefficientOf(index, outer.loop) === coefficientOf(index, inner.loop) * inner.loop.size)
  const runs: Array<Array<Counter>> = []
  for (const counter of [
    ...counters.filter(({ isReduced }) => !isReduced),
    ...counters.filter(({ isReduced }) => isReduced)
  ]) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    if (run !== undefined && last !== undefined && isOneRun(last, counter)) run.push(counter)
    else runs.push([counter])
  }
  const replacement = new Map<Loop, Index>()
  const loops = runs.map((run): Counter => {
    const [only, ...others] = run as [Counter, ...ReadonlyArray<Counter>]
    if (others.length === 0) return only
    const loop = newLoop(run.reduce((size, counter) => size * counter.loop.size, 1))
    for (const counter of run) replacement.set(counter.loop, counter === run.at(-1) ? ofLoop(loop) : constant(0))
    return { loop, isReduced: only.isReduced }
  })
  const { element, index } = substituting(makeElements(), (loop) => replacement.get(loop) ?? ofLoop(loop))
  const stores = (all: ReadonlyArray<Store>): ReadonlyArray<Store> =>
    all.map((store) => ({ ...store, place: index(store.place), element: element(store.element) }))
  return {
    kept: loops.filter(({ isReduced }) => !isReduced).map(({ loop }) => loop),
    reduced: loops.filter(({ isReduced }) => isReduced).map(({ loop }) => loop),
    passes: body.passes.map((pass) => ({
      reductions: pass.reductions.map((reduction) => ({ ...reduction, element: element(reduction.element) })),
      stores: stores(pass.stores)
    })),
    rowStores: stores(body.rowStores)
  }
}
