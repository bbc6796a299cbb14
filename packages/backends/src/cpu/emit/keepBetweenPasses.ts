import type { Id } from "@residual/graph"
import type { Element, Elements } from "../../kernel/element.ts"
import { makeElements } from "../../kernel/element.ts"
import { add, constant, type Index, ofLoop, scale } from "../../kernel/indexExpression.ts"
import { type Nest, type Pass, rootsOf, type Store } from "../../kernel/nest.ts"
import { substituting } from "../../kernel/substituteElements.ts"
import { visitElements } from "../../kernel/visitIndices.ts"
import { functionOps } from "./functionOps.ts"

/** Ops that take longer than storing and loading a value does. */
const slow: ReadonlySet<string> = new Set([...functionOps, "div", "sqrt", "mod"])

/** The longest row whose elements are kept: what is kept stays in the nearer caches. */
const longest = 16_384

/** A nest, and how many values of a row it keeps for itself: those named -1, -2 and so on. */
export interface KeepingNest {
  readonly nest: Nest
  readonly kept: number
  /** Elements of a row. */
  readonly length: number
}

/**
 * Keeps what one pass over a row computes with effort and a later one needs again, such as the exponentials of a softmax:
 * where the pass stores it anyway it is read back, and otherwise it goes to memory of the kernel's own.
 */
export const keepBetweenPasses = (nest: Nest): KeepingNest => {
  const length = nest.reduced.reduce((product, { size }) => product * size, 1)
  if (nest.passes.length < 2 || length > longest) return { nest, kept: 0, length }
  const elements = makeElements()
  const copy = substituting(elements, ofLoop)
  const stores = (all: ReadonlyArray<Store>): ReadonlyArray<Store> =>
    all.map((store) => ({ ...store, place: copy.index(store.place), element: copy.element(store.element) }))
  let passes: ReadonlyArray<Pass> = nest.passes.map((pass) => ({
    reductions: pass.reductions.map((reduction) => ({ ...reduction, element: copy.element(reduction.element) })),
    stores: stores(pass.stores)
  }))
  const place = placeInRow(nest)
  let kept = 0
  for (let at = 0; at < passes.length - 1; at++) {
    for (const element of worthKeeping(passes, at)) {
      const own = (passes[at] as Pass).stores.find((store) => store.element === element)
      const store: Store = own ?? { id: -++kept, place, element }
      passes = passes.map((pass, which): Pass => {
        if (which === at) return own === undefined ? { ...pass, stores: [...pass.stores, store] } : pass
        return which < at ? pass : replaced(pass, element, store, elements)
      })
    }
  }
  return { nest: { ...nest, passes, rowStores: stores(nest.rowStores) }, kept, length }
}

const placeInRow = ({ reduced }: Nest): Index => {
  let stride = 1
  const parts: Array<Index> = []
  for (const loop of [...reduced].reverse()) {
    parts.push(scale(ofLoop(loop), stride))
    stride *= loop.size
  }
  return add(constant(0), ...parts)
}

/** The largest slow elements of a pass that later passes compute again. */
const worthKeeping = (passes: ReadonlyArray<Pass>, at: number): ReadonlyArray<Element> => {
  const now = new Set<Element>()
  const isSlow = new Set<Element>()
  visitElements(rootsOf({ passes: passes.slice(at, at + 1), rowStores: [] }), (element) => {
    now.add(element)
    if (element.kind !== "operation") return
    if (slow.has(element.op) || element.operands.some((operand) => isSlow.has(operand))) isSlow.add(element)
  })
  const again = new Set<Element>()
  const enter = (element: Element): void => {
    if (now.has(element) && isSlow.has(element) && element.dtype !== "f64") {
      again.add(element)
      return
    }
    if (element.kind === "operation") for (const operand of element.operands) enter(operand)
    else if (element.kind === "choice") for (const part of [element.inside, element.outside]) enter(part)
  }
  for (const root of rootsOf({ passes: passes.slice(at + 1), rowStores: [] })) enter(root)
  return [...again].filter((element) => dependsOnRow(element))
}

/** Whether an element differs along a row: what does not is computed once anyway. */
const dependsOnRow = (element: Element): boolean => {
  let found = false
  visitElements([element], ({ kind }) => {
    if (kind === "load" || kind === "index" || kind === "random") found = true
  })
  return found
}

/** A pass that loads an element where it was stored, instead of computing it. */
const replaced = (pass: Pass, element: Element, { id, place }: Store, elements: Elements): Pass => {
  const loaded = elements.load(element.dtype, id, place)
  const known = new Map<Element, Element>([[element, loaded]])
  const swap = (of: Element): Element => {
    const before = known.get(of)
    if (before !== undefined) return before
    const made =
      of.kind === "operation"
        ? elements.operation(of.dtype, of.op, of.operands.map(swap))
        : of.kind === "choice"
          ? elements.choice(of.conditions, swap(of.inside), swap(of.outside))
          : of
    known.set(of, made)
    return made
  }
  return {
    reductions: pass.reductions.map((reduction) => ({ ...reduction, element: swap(reduction.element) })),
    stores: pass.stores.map((store) => ({ ...store, element: swap(store.element) }))
  }
}

/** The number of a value that a kernel keeps for itself, from 0 on; `undefined` for values of the program. */
export const keptNumber = (id: Id): number | undefined => (id < 0 ? -1 - id : undefined)
