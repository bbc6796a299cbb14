import type { DType } from "@residual/core"
import type { Element } from "../../kernel/element.ts"
import type { Index, Loop } from "../../kernel/indexExpression.ts"
import { dependencies, indicesOf, visitElements, visitIndex } from "../../kernel/visitIndices.ts"
import { bare } from "../wgsl/bare.ts"
import { scalarFunctions, scalarText } from "../wgsl/scalar.ts"
import { indeterminateText } from "./indeterminateText.ts"
import { conditionsText, type IndexNames, indexText } from "./indexText.ts"
import { operationText } from "./operationText.ts"

/** Where a kernel's elements find what is not computed by them. */
export interface ElementSource {
  readonly loop: (loop: Loop) => string
  /** What a load reads, in the type of the element. */
  readonly load: (element: Element & { readonly kind: "load" }, index: string) => string
  /** The element of a product at these coordinates. */
  readonly product?: (coordinates: ReadonlyArray<Index>, names: IndexNames) => string
  /** Functions of the library that texts call. */
  readonly functions: Set<string>
  /** A name that no other variable of the kernel has. */
  readonly fresh: () => string
}

/** Variables that hold elements, those of the surroundings among them. */
export type Known = Map<Element, string>

/** Texts that are longer get a variable, so that nothing is nested deeply. */
const longest = 90

/** Writes elements as statements and expressions. */
export interface ElementTexts {
  /** The statements that compute elements, for each whose value is not known yet; they are then known. */
  readonly compute: (roots: ReadonlyArray<Element>, known: Known) => ReadonlyArray<string>
  /** An element that is known, or is a number. */
  readonly text: (element: Element, known: Known) => string
  /** An index whose computed integers are known. */
  readonly index: (index: Index, known: Known) => string
}

/** How often each element under some roots is needed. */
export const usesOf = (roots: ReadonlyArray<Element>): ReadonlyMap<Element, number> => {
  const uses = new Map<Element, number>()
  const use = (element: Element): void => {
    uses.set(element, (uses.get(element) ?? 0) + 1)
  }
  roots.forEach(use)
  visitElements(roots, (element) => dependencies(element).forEach(use))
  return uses
}

/** Texts of a kernel's elements, given all that it computes. */
export const elementTexts = (roots: ReadonlyArray<Element>, source: ElementSource): ElementTexts => {
  const uses = usesOf(roots)
  const use = (name: string): string => {
    source.functions.add(name)
    return name
  }
  const names = (known: Known): IndexNames => ({
    loop: source.loop,
    computed: (element) => {
      const text = textOf(element, known)
      return element.dtype === "i32" ? text : `i32(${text})`
    }
  })
  const textOf = (element: Element, known: Known): string => {
    const name = known.get(element)
    if (name !== undefined) return name
    if (element.kind !== "number") throw new Error(`element ${element.id} (${element.kind}) is not computed yet`)
    for (const each of scalarFunctions(element.dtype, element.value)) source.functions.add(each)
    return scalarText(element.dtype, element.value)
  }
  /** A sum with what is negative, as a difference. */
  const differenceText = ({ op, dtype, operands }: Element & { readonly kind: "operation" }, known: Known) => {
    const [a, b] = operands as readonly [Element, Element]
    if (op !== "add" || dtype !== "f32") return undefined
    const text = textOf(b, known)
    return text.startsWith("(-") && bare(text) !== text ? `(${textOf(a, known)} - ${bare(text).slice(1)})` : undefined
  }
  const expression = (element: Element, known: Known): string => {
    switch (element.kind) {
      case "number":
      case "reduced":
        return textOf(element, known)
      case "index":
        return castIndex(element.dtype, indexText(element.index, names(known)))
      case "load":
        return source.load(element, indexText(element.index, names(known)))
      case "operation":
        return (
          indeterminateText(element, (operand) => textOf(operand, known), use) ??
          differenceText(element, known) ??
          operationText(element.op, {
            operands: element.operands.map((operand) => textOf(operand, known)),
            from: (element.operands[element.op === "where" ? 1 : 0] as Element).dtype,
            to: element.dtype,
            use
          })
        )
      case "choice": {
        const [inside, outside] = [textOf(element.inside, known), textOf(element.outside, known)]
        const conditions = conditionsText(element.conditions, names(known))
        if (inside === "true" && outside === "false") return conditions
        return `select(${bare(outside)}, ${bare(inside)}, ${bare(conditions)})`
      }
      case "product": {
        if (source.product === undefined) throw new Error("there is no product in this kernel")
        return source.product(element.coordinates, names(known))
      }
      case "random": {
        const [first, second] = element.key.map((word) => textOf(word, known))
        return `${use("random_word")}(${first}, ${second}, u32(${indexText(element.index, names(known))}))`
      }
    }
  }
  /** WGSL computes with constants itself, and refuses results that are not finite: so one of them becomes a variable. */
  const hidden = (element: Element, known: Known): ReadonlyArray<string> => {
    if (element.kind !== "operation" || element.operands.some(({ kind }) => kind !== "number")) return []
    const [first] = element.operands as readonly [Element]
    if (known.has(first)) return []
    const name = source.fresh()
    const line = `let ${name} = ${textOf(first, known)};`
    known.set(first, name)
    return [line]
  }
  const compute = (wanted: ReadonlyArray<Element>, known: Known): ReadonlyArray<string> => {
    const lines: Array<string> = []
    visitElements(wanted, (element) => {
      if (known.has(element) || element.kind === "number") return
      lines.push(...hidden(element, known))
      const text = expression(element, known)
      const isKept = element.kind === "load" || (uses.get(element) ?? 0) > 1 || text.length > longest
      if (!isKept) {
        known.set(element, text)
        return
      }
      const name = source.fresh()
      lines.push(`let ${name} = ${bare(text)};`)
      known.set(element, name)
    })
    return lines
  }
  return { compute, text: textOf, index: (index, known) => indexText(index, names(known)) }
}

const castIndex = (dtype: DType.DType, index: string): string =>
  dtype === "i32" ? `(${index})` : dtype === "bool" ? `((${index}) != 0)` : `${dtype}(${bare(index)})`

/** The counters that an element depends on. */
export const loopsOf = (roots: ReadonlyArray<Element>): ReadonlyMap<Element, ReadonlySet<Loop>> => {
  const found = new Map<Element, ReadonlySet<Loop>>()
  visitElements(roots, (element) => {
    const own = new Set<Loop>()
    const visitor = {
      index: ({ terms }: Index) => {
        for (const { atom } of terms) if (atom.kind === "loop") own.add(atom.loop)
      },
      condition: () => {}
    }
    for (const index of indicesOf(element)) visitIndex(index, visitor)
    if (element.kind === "choice") for (const { index } of element.conditions) visitIndex(index, visitor)
    for (const below of dependencies(element)) for (const loop of found.get(below) ?? []) own.add(loop)
    found.set(element, own)
  })
  return found
}

/** The reductions whose results an element depends on. */
export const reductionsOf = (roots: ReadonlyArray<Element>): ReadonlyMap<Element, ReadonlySet<number>> => {
  const found = new Map<Element, ReadonlySet<number>>()
  visitElements(roots, (element) => {
    const own = new Set<number>(element.kind === "reduced" ? [element.reduction] : [])
    for (const below of dependencies(element)) for (const id of found.get(below) ?? []) own.add(id)
    found.set(element, own)
  })
  return found
}
