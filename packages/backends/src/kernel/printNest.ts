import type { Element } from "./element.ts"
import type { Atom, Condition, Index, Loop } from "./indexExpression.ts"
import type { Nest, Store } from "./nest.ts"
import { visitElements } from "./visitIndices.ts"

/** Names of counters: those of rows from `i` on, those of a row's elements from `r` on. */
const namesOf = ({ kept, reduced }: Nest): ReadonlyMap<Loop, string> => {
  const named = (loops: ReadonlyArray<Loop>, letters: string): ReadonlyArray<readonly [Loop, string]> =>
    loops.map((loop, at) => [loop, letters[at] ?? `${letters[0]}${at}`] as const)
  return new Map([...named(kept, "ijklmn"), ...named(reduced, "rstuvw")])
}

/** A nest as text: its loops, and in them what is computed and stored. What is needed more than once has a name. */
export const printNest = (nest: Nest): string => {
  const names = namesOf(nest)
  const known = new Map<Element, string>()
  const uses = new Map<Element, number>()
  const roots = [
    ...nest.passes.flatMap(({ reductions, stores }) => [...reductions, ...stores].map(({ element }) => element)),
    ...nest.rowStores.map(({ element }) => element)
  ]
  const use = (element: Element): void => {
    uses.set(element, (uses.get(element) ?? 0) + 1)
  }
  for (const root of roots) use(root)
  visitElements(roots, (element) => {
    if (element.kind === "operation") element.operands.forEach(use)
    else if (element.kind === "choice") [element.inside, element.outside].forEach(use)
  })

  const indexText = ({ constant, terms }: Index): string => {
    const parts = terms.map(({ atom, coefficient }) =>
      coefficient === 1 ? atomText(atom) : `${coefficient}·${atomText(atom)}`
    )
    if (constant !== 0 || parts.length === 0) parts.push(`${constant}`)
    return parts.join(" + ").replaceAll("+ -", "- ")
  }
  const atomText = (atom: Atom): string => {
    switch (atom.kind) {
      case "loop":
        return names.get(atom.loop) ?? `l${atom.loop.id}`
      case "computed":
        return text(atom.element as Element)
      case "quotient":
        return `⌊(${indexText(atom.of)}) / ${atom.by}⌋`
      case "remainder":
        return `((${indexText(atom.of)}) mod ${atom.by})`
      case "guarded":
        return `(${indexText(atom.of)} if ${conditionsText(atom.conditions)})`
    }
  }
  const conditionsText = (conditions: ReadonlyArray<Condition>): string =>
    conditions
      .map((condition) =>
        condition.kind === "within"
          ? `${condition.low} ≤ ${indexText(condition.index)} < ${condition.high}`
          : `${condition.of} | ${indexText(condition.index)}`
      )
      .join(" and ")

  const lines: Array<string> = []
  const text = (element: Element): string => known.get(element) ?? formula(element)
  const formula = (element: Element): string => {
    switch (element.kind) {
      case "number":
        return Object.is(element.value, -0) ? "-0" : `${element.value}`
      case "index":
        return `${element.dtype}(${indexText(element.index)})`
      case "load":
        return `%${element.read}[${indexText(element.index)}]`
      case "operation":
        return `${element.op}(${element.operands.map(text).join(", ")})`
      case "choice":
        return `(${text(element.inside)} if ${conditionsText(element.conditions)}, else ${text(element.outside)})`
      case "reduced":
        return `%${element.reduction}`
      case "product":
        return `product[${element.coordinates.map(indexText).join(", ")}]`
      case "random":
        return `random(${element.key.map(text).join(", ")}, ${indexText(element.index)})`
    }
  }
  const named = (under: ReadonlyArray<Element>, indent: string): void => {
    visitElements(under, (element) => {
      const isShort = element.kind !== "operation" && element.kind !== "choice"
      if (isShort || known.has(element) || (uses.get(element) ?? 0) < 2) return
      lines.push(`${indent}e${known.size} = ${formula(element)}`)
      known.set(element, `e${known.size}`)
    })
  }
  const open = (loops: ReadonlyArray<Loop>, indent: string): string => {
    let inner = indent
    for (const loop of loops) {
      lines.push(`${inner}for ${names.get(loop)} below ${loop.size}`)
      inner += "  "
    }
    return inner
  }
  const store = ({ id, place, element }: Store): string => `%${id}[${indexText(place)}] = ${text(element)}`

  const row = open(nest.kept, "")
  for (const { reductions, stores } of nest.passes) {
    if (reductions.length + stores.length === 0) continue
    const inner = open(nest.reduced, row)
    named(
      [...reductions, ...stores].map(({ element }) => element),
      inner
    )
    for (const { id, op, element } of reductions) lines.push(`${inner}%${id} = ${op} of ${text(element)}`)
    for (const each of stores) lines.push(`${inner}${store(each)}`)
    // What was computed for each element of a row is gone in the next pass.
    if (nest.reduced.length > 0) known.clear()
  }
  named(
    nest.rowStores.map(({ element }) => element),
    row
  )
  for (const each of nest.rowStores) lines.push(`${row}${store(each)}`)
  return lines.join("\n")
}
