import type { Element } from "../../kernel/element.ts"
import type { Index, Loop } from "../../kernel/indexExpression.ts"
import { type Nest, writtenBy } from "../../kernel/nest.ts"
import { visitElements } from "../../kernel/visitIndices.ts"

/** How deep in a nest of loops things change: at which loop, counted from the outside; -1 where they never do. */
export interface Levels {
  readonly ofIndex: (index: Index) => number
  readonly ofElement: (element: Element) => number
  /** Whether an index, or an element, differs between the lanes of a vector. */
  readonly indexVaries: (index: Index) => boolean
  readonly varies: (element: Element) => boolean
  /** The reductions that an element is computed from. */
  readonly reductionsOf: (element: Element) => ReadonlySet<number>
}

interface Known {
  readonly level: number
  readonly varies: boolean
  readonly reductions: ReadonlySet<number>
}

const none: ReadonlySet<number> = new Set()

/** Looks at every element of a nest once. `vector` is the loop whose steps are lanes, if one is. */
export const levelsOf = (nest: Nest, roots: ReadonlyArray<Element>, vector: Loop | undefined): Levels => {
  const depth = new Map([...nest.kept, ...nest.reduced].map((loop, at) => [loop, at]))
  const known = new Map<Element, Known>()
  const written = writtenBy(nest)
  const isRowVector = vector !== undefined && nest.kept.includes(vector)

  const join = (...parts: ReadonlyArray<Known>): Known => {
    const reductions = parts.filter((part) => part.reductions.size > 0)
    return {
      level: Math.max(-1, ...parts.map(({ level }) => level)),
      varies: parts.some((part) => part.varies),
      reductions: reductions.length === 0 ? none : new Set(reductions.flatMap((part) => [...part.reductions]))
    }
  }
  const ofIndex = ({ terms }: Index): Known =>
    join(
      ...terms.map(({ atom }): Known => {
        switch (atom.kind) {
          case "loop":
            return { level: depth.get(atom.loop) ?? -1, varies: atom.loop === vector, reductions: none }
          case "computed":
            return ofElement(atom.element as Element)
          case "guarded":
            return join(ofIndex(atom.of), ...atom.conditions.map(({ index }) => ofIndex(index)))
          default:
            return ofIndex(atom.of)
        }
      })
    )
  const ofElement = (element: Element): Known => {
    const before = known.get(element)
    if (before !== undefined) return before
    const found = look(element)
    known.set(element, found)
    return found
  }
  const look = (element: Element): Known => {
    switch (element.kind) {
      case "number":
        return { level: -1, varies: false, reductions: none }
      case "index":
        return ofIndex(element.index)
      case "load": {
        const found = ofIndex(element.index)
        // What the nest itself writes changes with every step.
        return written.has(element.read) ? { ...found, level: depth.size - 1 } : found
      }
      case "random":
        return join(ofIndex(element.index), ...element.key.map(ofElement))
      case "product":
        return join(...element.coordinates.map(ofIndex))
      case "operation":
        return join(...element.operands.map(ofElement))
      case "choice":
        return join(
          ofElement(element.inside),
          ofElement(element.outside),
          ...element.conditions.map(({ index }) => ofIndex(index))
        )
      case "reduced":
        return { level: nest.kept.length - 1, varies: isRowVector, reductions: new Set([element.reduction]) }
    }
  }
  visitElements(roots, ofElement)
  return {
    ofIndex: (index) => ofIndex(index).level,
    ofElement: (element) => ofElement(element).level,
    indexVaries: (index) => ofIndex(index).varies,
    varies: (element) => ofElement(element).varies,
    reductionsOf: (element) => ofElement(element).reductions
  }
}
