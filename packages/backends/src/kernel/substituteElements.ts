import type { Element, Elements } from "./element.ts"
import {
  type Computed,
  type Index,
  type Loop,
  type Substitution,
  substitute,
  substituteCondition
} from "./indexExpression.ts"

/** Elements and indices with counters replaced. */
export interface Substituted {
  readonly element: (element: Element) => Element
  readonly index: (index: Index) => Index
}

/** Replaces counters in elements, which are made anew. */
export const substituting = (elements: Elements, replaceLoop: (loop: Loop) => Index): Substituted => {
  const known = new Map<Element, Element>()
  const replace: Substitution = { loop: replaceLoop, element: (computed: Computed) => element(computed as Element) }
  const index = (of: Index): Index => substitute(of, replace)
  const element = (of: Element): Element => {
    const before = known.get(of)
    if (before !== undefined) return before
    const made = rebuilt(of)
    known.set(of, made)
    return made
  }
  const rebuilt = (of: Element): Element => {
    switch (of.kind) {
      case "number":
        return elements.number(of.dtype, of.value)
      case "index":
        return elements.index(of.dtype, index(of.index))
      case "load":
        return elements.load(of.dtype, of.read, index(of.index))
      case "operation":
        return elements.operation(of.dtype, of.op, of.operands.map(element))
      case "choice":
        return elements.choice(
          of.conditions.map((condition) => substituteCondition(condition, replace)),
          element(of.inside),
          element(of.outside)
        )
      case "reduced":
        return elements.reduced(of.dtype, of.reduction)
      case "product":
        return elements.product(of.dtype, of.coordinates.map(index))
      case "random":
        return elements.random([element(of.key[0]), element(of.key[1])], index(of.index))
    }
  }
  return { element, index }
}
