import { composite } from "../composite.ts"
import type { DType } from "../dtype.ts"
import { isInteger } from "../dtype.ts"
import type { AnyExpr } from "../expr.ts"
import { apply } from "../expr.ts"
import { ShapeError } from "../shapeError.ts"
import { add } from "./arithmetic.ts"
import { axisOf } from "./axes.ts"
import { cast } from "./cast.ts"
import { equal } from "./compare.ts"
import { gather, gatherOp, scatterAddOp } from "./indexing.ts"
import { fill, iota } from "./leaf.ts"
import { pad, slice, transpose } from "./movement.ts"
import { expandDims } from "./stretch.ts"

interface AxisAttrs {
  readonly axis: number
}

const checkIntegers = (op: string, operands: ReadonlyArray<AnyExpr>, indices: AnyExpr): void => {
  if (!isInteger(indices.type.dtype)) {
    throw new ShapeError(
      op,
      operands.map(({ type }) => type),
      "integer indices"
    )
  }
}

/** The permutation that exchanges an axis with the last one; it is its own inverse. */
const lastSwapped = (rank: number, axis: number): ReadonlyArray<number> =>
  Array.from({ length: rank }, (_, at) => (at === axis ? rank - 1 : at === rank - 1 ? axis : at))

/** Whether indices fit into a value on every axis but the one looked up. */
const fits = (indices: AnyExpr, x: AnyExpr, axis: number): boolean =>
  indices.type.shape.length === x.type.shape.length &&
  indices.type.shape.every((length, at) => at === axis || length <= (x.type.shape[at] as number))

/** The part of a value that indices reach: all of `axis`, and as much of the others as there are indices. */
const reached = (x: AnyExpr, indices: AnyExpr, axis: number): AnyExpr =>
  slice(x, { stops: indices.type.shape.map((length, at) => (at === axis ? (x.type.shape[at] as number) : length)) })

const takeAlongAxisOp = composite<AxisAttrs>("takeAlongAxis", {
  body: ([x, indices], { axis }) => {
    const last = (x as AnyExpr).type.shape.length - 1
    const swap = lastSwapped(last + 1, axis)
    const rows = transpose(reached(x as AnyExpr, indices as AnyExpr, axis), swap)
    const places = transpose(indices as AnyExpr, swap)
    return transpose(apply(gatherOp, [rows, places], { axis: last, batch: last, outside: Number.NaN }), swap)
  },
  rule: "r, added up where each element was read ; none"
})

/**
 * For each index its element along an axis (the last by default), at the index's own place on the other axes; there may
 * be fewer indices there than elements. An index outside gives NaN, or 0 in an integer result. Shape: `[..., n, ...]`,
 * indices `[..., k, ...]` -> `[..., k, ...]`. Throws a `ShapeError` for indices that are no integers, of another rank,
 * or more than there are elements on another axis.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.takeAlongAxis(input("x", [4, 6]), input("at", [4, 3], { dtype: "i32" }), { axis: 1 }).type.shape // => [4, 3]
 * ```
 */
export const takeAlongAxis = (x: AnyExpr, indices: AnyExpr, options: { readonly axis?: number } = {}): AnyExpr => {
  checkIntegers("takeAlongAxis", [x, indices], indices)
  const axis = axisOf("takeAlongAxis", x.type, options.axis ?? -1)
  if (!fits(indices, x, axis)) {
    throw new ShapeError(
      "takeAlongAxis",
      [x.type, indices.type],
      `indices of its rank, no more than it but along axis ${axis}`
    )
  }
  return takeAlongAxisOp([x, indices], { axis })
}

const indexSelectOp = composite<AxisAttrs>("indexSelect", {
  body: ([x, indices], attrs) => gather(x as AnyExpr, indices as AnyExpr, attrs),
  rule: "r, added up where each slice was read ; none"
})

/**
 * The slices of a value at a list of indices along an axis (0 by default). An index outside gives NaN, or 0 in an
 * integer result. Shape: `[..., n, ...]`, indices `[k]` -> `[..., k, ...]`. Throws a `ShapeError` for indices that are
 * not a list of integers.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.indexSelect(input("x", [3, 6]), input("at", [5], { dtype: "i32" }), { axis: 1 }).type.shape // => [3, 5]
 * ```
 */
export const indexSelect = (x: AnyExpr, indices: AnyExpr, options: { readonly axis?: number } = {}): AnyExpr => {
  checkIntegers("indexSelect", [x, indices], indices)
  if (indices.type.shape.length !== 1) throw new ShapeError("indexSelect", [x.type, indices.type], "a list of indices")
  return indexSelectOp([x, indices], { axis: axisOf("indexSelect", x.type, options.axis ?? 0) })
}

const embeddingOp = composite("embedding", {
  body: ([table, indices]) => gather(table as AnyExpr, indices as AnyExpr),
  rule: "r, added up at the rows that were read ; none"
})

/**
 * The rows of a table at indices. An index outside gives NaN. Shape: table `[n, ...d]`, indices `[...i]` ->
 * `[...i, ...d]`. Throws a `ShapeError` for a scalar table and for indices that are not integers.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.embedding(input("table", [65, 32]), input("tokens", [4, 16], { dtype: "i32" })).type.shape // => [4, 16, 32]
 * ```
 */
export const embedding = (table: AnyExpr, indices: AnyExpr): AnyExpr => {
  checkIntegers("embedding", [table, indices], indices)
  if (table.type.shape.length === 0) throw new ShapeError("embedding", [table.type, indices.type], "a table of rows")
  return embeddingOp([table, indices], {})
}

interface OneHotAttrs {
  readonly depth: number
  readonly dtype: DType
}

const oneHotOp = composite<OneHotAttrs>("oneHot", {
  body: ([indices], { depth, dtype }) => {
    const { type } = indices as AnyExpr
    return cast(equal(expandDims(indices as AnyExpr, -1), iota([depth], { dtype: type.dtype })), dtype)
  },
  backward: "none",
  rule: "none"
})

/**
 * For each index a row that is 1 at its place and 0 elsewhere; all 0 for an index outside. It is integer-valued, so it
 * has no residual. Shape: `[...]` -> `[..., depth]`, `f32` by default. Throws a `ShapeError` for indices that are not
 * integers and for a depth that is negative or fractional.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.oneHot(input("labels", [8], { dtype: "i32" }), 10).type // => { dtype: "f32", shape: [8, 10] }
 * ```
 */
export const oneHot = (indices: AnyExpr, depth: number, options: { readonly dtype?: DType } = {}): AnyExpr => {
  checkIntegers("oneHot", [indices], indices)
  if (!Number.isInteger(depth) || depth < 0) {
    throw new ShapeError("oneHot", [indices.type], `a whole, non-negative depth, not ${depth}`)
  }
  return oneHotOp([indices], { depth, dtype: options.dtype ?? "f32" })
}

const scatterAddAlongAxisOp = composite<AxisAttrs>("scatterAddAlongAxis", {
  body: ([target, indices, updates], { axis }) => {
    const whole = (target as AnyExpr).type
    const last = whole.shape.length - 1
    const swap = lastSwapped(last + 1, axis)
    const places = (indices as AnyExpr).type.shape
    const given = transpose(slice(updates as AnyExpr, { stops: places }), swap)
    const scatter = (into: AnyExpr): AnyExpr => {
      const scattered = [transpose(into, swap), transpose(indices as AnyExpr, swap), given]
      return transpose(apply(scatterAddOp, scattered, { axis: last, batch: last }), swap)
    }
    const part = whole.shape.map((length, at) => (at === axis ? length : (places[at] as number)))
    const after = whole.shape.map((length, at) => length - (part[at] as number))
    return after.every((count) => count === 0)
      ? scatter(target as AnyExpr)
      : add(target as AnyExpr, pad(scatter(fill(0, { dtype: whole.dtype, shape: part })), { after }))
  },
  rule: "r ; none ; r at the indices"
})

/**
 * A value with updates added along an axis (the last by default): each at its index, and at its own place on the other
 * axes, where there may be fewer indices than elements. Updates beyond the indices are not read, and an index outside
 * is dropped. Shape: `[..., n, ...]`, indices `[..., k, ...]`, updates no smaller than the indices -> `[..., n, ...]`.
 * Throws a `ShapeError` for indices that are no integers, ranks or element types that differ, and more indices than
 * updates or elements.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const at = input("at", [4, 3], { dtype: "i32" })
 * op.scatterAdd(input("target", [5, 3]), at, input("updates", [4, 3]), { axis: 0 }).type.shape // => [5, 3]
 * ```
 */
export const scatterAdd = (
  target: AnyExpr,
  indices: AnyExpr,
  updates: AnyExpr,
  options: { readonly axis?: number } = {}
): AnyExpr => {
  const operands = [target, indices, updates]
  checkIntegers("scatterAdd", operands, indices)
  const axis = axisOf("scatterAdd", target.type, options.axis ?? -1)
  const legal =
    fits(indices, target, axis) &&
    fits(indices, updates, -1) &&
    updates.type.dtype === target.type.dtype &&
    target.type.dtype !== "bool"
  if (!legal) {
    throw new ShapeError(
      "scatterAdd",
      operands.map(({ type }) => type),
      `numbers of one type and rank, and indices no more than the updates, nor than the target but along axis ${axis}`
    )
  }
  return scatterAddAlongAxisOp(operands, { axis })
}
