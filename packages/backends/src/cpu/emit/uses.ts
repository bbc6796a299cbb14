import type { Element } from "../../kernel/element.ts"
import { type Nest, rootsOf } from "../../kernel/nest.ts"
import { dependencies, visitElements } from "../../kernel/visitIndices.ts"
import { levelsOf } from "./levels.ts"
import { vectorLoopOf } from "./vectorLoop.ts"

/** How often an element is needed, how deep inside the loops, and whether by something that differs between lanes. */
export interface Use {
  count: number
  deepest: number
  byVector: boolean
}

/** How the elements of a nest are needed. */
export const usesOf = (nest: Nest): ReadonlyMap<Element, Use> => {
  const vectorLoop = vectorLoopOf(nest)
  const roots = rootsOf(nest)
  const levels = levelsOf(nest, roots, vectorLoop)
  const uses = new Map<Element, Use>()
  const use = (element: Element, deepest: number, byVector: boolean): void => {
    const known = uses.get(element)
    if (known === undefined) uses.set(element, { count: 1, deepest, byVector })
    else {
      known.count++
      known.deepest = Math.max(known.deepest, deepest)
      known.byVector ||= byVector
    }
  }
  const inner = nest.kept.length + nest.reduced.length - 1
  for (const { reductions, stores } of nest.passes) {
    for (const { element } of [...reductions, ...stores]) use(element, inner, vectorLoop !== undefined)
  }
  for (const { element } of nest.rowStores) use(element, nest.kept.length - 1, vectorLoop !== undefined)
  visitElements(roots, (element) => {
    for (const below of dependencies(element)) use(below, levels.ofElement(element), levels.varies(element))
  })
  return uses
}
