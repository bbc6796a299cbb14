import type { DType } from "@residual/core"
import type { Id } from "@residual/graph"
import { type Condition, conditionKey, type Index } from "./indexExpression.ts"

/**
 * One number that a kernel computes, at indices that are sums of its counters: what is left of a region's nodes when all
 * movement has become arithmetic on indices. Equal elements are one object with one `id`.
 *
 * - `number`: a constant; `index`: an index as a number;
 * - `load`: an element of a value that lies in memory in row-major order;
 * - `operation`: an elementwise primitive;
 * - `choice`: one of two by conditions on indices; both may be computed anywhere, since indices are guarded;
 * - `reduced`: what a reduction of the region gives for the row;
 * - `product`: an element of the region's matrix product, by its coordinates;
 * - `random`: a word of random bits, drawn by a key of two words at a position.
 */
export type Element = { readonly id: number; readonly dtype: DType.DType } & Shape

type Shape =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "index"; readonly index: Index }
  | { readonly kind: "load"; readonly read: Id; readonly index: Index }
  | { readonly kind: "operation"; readonly op: string; readonly operands: ReadonlyArray<Element> }
  | {
      readonly kind: "choice"
      readonly conditions: ReadonlyArray<Condition>
      readonly inside: Element
      readonly outside: Element
    }
  | { readonly kind: "reduced"; readonly reduction: Id }
  | { readonly kind: "product"; readonly coordinates: ReadonlyArray<Index> }
  | { readonly kind: "random"; readonly key: readonly [Element, Element]; readonly index: Index }

/** Makes elements, each once. */
export interface Elements {
  readonly number: (dtype: DType.DType, value: number) => Element
  readonly index: (dtype: DType.DType, index: Index) => Element
  readonly load: (dtype: DType.DType, read: Id, index: Index) => Element
  readonly operation: (dtype: DType.DType, op: string, operands: ReadonlyArray<Element>) => Element
  readonly choice: (conditions: ReadonlyArray<Condition>, inside: Element, outside: Element) => Element
  readonly reduced: (dtype: DType.DType, reduction: Id) => Element
  readonly product: (dtype: DType.DType, coordinates: ReadonlyArray<Index>) => Element
  readonly random: (key: readonly [Element, Element], index: Index) => Element
}

/** A place for the elements of one kernel. */
export const makeElements = (): Elements => {
  const known = new Map<string, Element>()
  const once = (dtype: DType.DType, key: string, shape: Shape): Element => {
    const typed = `${dtype} ${key}`
    const before = known.get(typed)
    if (before !== undefined) return before
    const element: Element = { id: known.size, dtype, ...shape }
    known.set(typed, element)
    return element
  }
  return {
    number: (dtype, value) => once(dtype, Object.is(value, -0) ? "#-0" : `#${value}`, { kind: "number", value }),
    index: (dtype, index) =>
      index.terms.length === 0
        ? once(dtype, `#${index.constant}`, { kind: "number", value: index.constant })
        : once(dtype, `i${index.key}`, { kind: "index", index }),
    load: (dtype, read, index) => once(dtype, `${read}[${index.key}]`, { kind: "load", read, index }),
    operation: (dtype, op, operands) =>
      once(dtype, `${op}(${operands.map(({ id }) => id).join()})`, { kind: "operation", op, operands }),
    choice: (conditions, inside, outside) =>
      once(inside.dtype, `${conditions.map(conditionKey).join("&")}?${inside.id}:${outside.id}`, {
        kind: "choice",
        conditions,
        inside,
        outside
      }),
    reduced: (dtype, reduction) => once(dtype, `reduced ${reduction}`, { kind: "reduced", reduction }),
    product: (dtype, coordinates) =>
      once(dtype, `product ${coordinates.map(({ key }) => key).join()}`, { kind: "product", coordinates }),
    random: (key, index) => once("u32", `random ${key[0].id},${key[1].id},${index.key}`, { kind: "random", key, index })
  }
}
