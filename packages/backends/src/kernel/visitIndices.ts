import type { Element } from "./element.ts"
import type { Condition, Index } from "./indexExpression.ts"

/** What is called for each index that some elements are computed at, for those inside of it as well, and for conditions. */
export interface IndexVisitor {
  readonly index: (index: Index) => void
  readonly condition: (condition: Condition) => void
}

/** Visits every element under some others once, those that it needs before it, and every index in them. */
export const visitElements = (
  roots: ReadonlyArray<Element>,
  visit: (element: Element) => void,
  visitor?: IndexVisitor
): void => {
  const seen = new Set<Element>()
  const enter = (element: Element): void => {
    if (seen.has(element)) return
    seen.add(element)
    for (const below of dependencies(element)) enter(below)
    if (visitor !== undefined) {
      for (const index of indicesOf(element)) visitIndex(index, visitor)
      if (element.kind === "choice") for (const condition of element.conditions) visitCondition(condition, visitor)
    }
    visit(element)
  }
  for (const root of roots) enter(root)
}

/** The elements that an element is computed from, those in its indices among them. */
export const dependencies = (element: Element): ReadonlyArray<Element> => {
  const found: Array<Element> = []
  const visitor: IndexVisitor = {
    index: ({ terms }) => {
      for (const { atom } of terms) if (atom.kind === "computed") found.push(atom.element as Element)
    },
    condition: () => {}
  }
  for (const index of indicesOf(element)) visitIndex(index, visitor)
  switch (element.kind) {
    case "operation":
      found.push(...element.operands)
      break
    case "choice":
      for (const condition of element.conditions) visitCondition(condition, visitor)
      found.push(element.inside, element.outside)
      break
    case "random":
      found.push(...element.key)
      break
  }
  return found
}

/** The indices that an element is computed at; those of its conditions are not among them. */
export const indicesOf = (element: Element): ReadonlyArray<Index> => {
  switch (element.kind) {
    case "load":
    case "index":
    case "random":
      return [element.index]
    case "product":
      return element.coordinates
    default:
      return []
  }
}

/** Visits an index and those inside of it. */
export const visitIndex = (index: Index, visitor: IndexVisitor): void => {
  visitor.index(index)
  for (const { atom } of index.terms) {
    if (atom.kind === "quotient" || atom.kind === "remainder") visitIndex(atom.of, visitor)
    if (atom.kind === "guarded") {
      visitIndex(atom.of, visitor)
      for (const condition of atom.conditions) visitCondition(condition, visitor)
    }
  }
}

const visitCondition = (condition: Condition, visitor: IndexVisitor): void => {
  visitor.condition(condition)
  visitIndex(condition.index, visitor)
}
