import { isFloat } from "../dtype.ts"
import type { AnyExpr } from "../expr.ts"
import { apply } from "../expr.ts"
import { ShapeError } from "../shapeError.ts"
import type { TensorType } from "../tensorType.ts"
import { div } from "./arithmetic.ts"
import { axesOf, axisOf } from "./axes.ts"
import { cast } from "./cast.ts"
import { equal } from "./compare.ts"
import { scatterAddOp } from "./indexing.ts"
import { fill, isNumeric, project } from "./leaf.ts"
import { transpose } from "./movement.ts"
import { primitive } from "./primitive.ts"
import { type AxesAttrs, broadcastTo, dropAxes, type ReductionOptions, reducedType, sum } from "./stretch.ts"
import { where } from "./where.ts"

export const maxOp = primitive<AxesAttrs>("max", {
  infer: ([x], { axes }) => {
    const type = x as TensorType
    if (axes.some((axis) => type.shape[axis] === 0)) throw new ShapeError("max", [type], "at least one element")
    return reducedType("max", type, axes)
  },
  backward: ([r], { inputs: [x], outputs: [y], attrs: { axes } }) => {
    const { shape, dtype } = (x as AnyExpr).type
    const greatest = equal(x as AnyExpr, broadcastTo(y as AnyExpr, shape))
    const count = sum(cast(greatest, dtype), { axes, keepDims: true })
    return [where(greatest, broadcastTo(div(r as AnyExpr, count), shape), 0)]
  },
  rule: "r where x is the greatest, shared equally by ties"
})

/**
 * The greatest element over axes; NaN where any is NaN, and of bools whether any holds. Ties share the residual
 * equally. Shape: `[...]` -> `[...]` without `axes`, or with them at size 1. Throws a `ShapeError` for no elements.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.max(input("x", [2, 3]), { axes: [1], keepDims: true }).type.shape // => [2, 1]
 * ```
 */
export const max = (x: AnyExpr, options: ReductionOptions = {}): AnyExpr => {
  const axes = axesOf("max", x.type, options.axes)
  return dropAxes(axes.length === 0 ? x : apply(maxOp, [x], { axes }), axes, options.keepDims)
}

/** The attributes of `cumSum`. */
export interface CumSumAttrs {
  readonly axis: number
  readonly reverse: boolean
}

export const cumSumOp = primitive<CumSumAttrs>("cumSum", {
  infer: ([x], { axis }) => {
    const type = x as TensorType
    if (!isNumeric(type.dtype)) throw new ShapeError("cumSum", [type], "numbers; cast a bool first")
    axisOf("cumSum", type, axis)
    return type
  },
  backward: ([r], { attrs: { axis, reverse } }) => [cumSum(r as AnyExpr, { axis, reverse: !reverse })],
  rule: "the cumulative sum of r from the other end"
})

/**
 * Sums of all elements up to and including each one along an axis, from its end where `reverse`. Shape: `[...]` ->
 * `[...]`. Throws a `ShapeError` for an axis out of range.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.cumSum(input("x", [2, 3]), { axis: 1 }).type.shape // => [2, 3]
 * ```
 */
export const cumSum = (x: AnyExpr, options: { readonly axis: number; readonly reverse?: boolean }): AnyExpr =>
  apply(cumSumOp, [x], { axis: axisOf("cumSum", x.type, options.axis), reverse: options.reverse ?? false })

/** The attributes of `sort`, which runs along the last axis and keeps its first `limit` elements. */
export interface SortAttrs {
  readonly descending: boolean
  readonly limit: number
}

export const sortOp = primitive<SortAttrs>("sort", {
  infer: ([x], { limit }) => {
    const type = x as TensorType
    const length = type.shape.at(-1)
    if (length === undefined || !isNumeric(type.dtype)) throw new ShapeError("sort", [type], "numbers along an axis")
    if (!Number.isInteger(limit) || limit < 0 || limit > length) {
      throw new ShapeError("sort", [type], `from 0 to ${length} elements to keep, not ${limit}`)
    }
    const shape = [...type.shape.slice(0, -1), limit]
    return [
      { dtype: type.dtype, shape },
      { dtype: "i32", shape }
    ]
  },
  backward: ([r], self) => {
    const x = self.inputs[0] as AnyExpr
    if (r === null || r === undefined || !isFloat(x.type.dtype)) return [null]
    const axis = x.type.shape.length - 1
    return [apply(scatterAddOp, [fill(0, x.type), self.outputs[1] as AnyExpr, r], { axis, batch: axis })]
  },
  rule: "r, put back where each element came from"
})

/** Sorted values and where each came from. */
export interface Sorted {
  readonly values: AnyExpr
  readonly indices: AnyExpr
}

const sorted = (op: string, x: AnyExpr, axis: number, descending: boolean, limit?: number): Sorted => {
  const at = axisOf(op, x.type, axis)
  const last = x.type.shape.length - 1
  // A swap of two axes, so the same permutation brings the result back.
  const swap = x.type.shape.map((_, i) => (i === at ? last : i === last ? at : i))
  const length = x.type.shape[at] as number
  if (!isNumeric(x.type.dtype)) throw new ShapeError(op, [x.type], "numbers")
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0 && limit <= length)) {
    throw new ShapeError(op, [x.type], `from 0 to ${length} elements to keep, not ${limit}`)
  }
  const both = apply(sortOp, [transpose(x, swap)], { descending, limit: limit ?? length })
  return { values: transpose(project(both, 0), swap), indices: transpose(project(both, 1), swap) }
}

/**
 * The elements in order along an axis (the last by default), and the `i32` index that each had; equal elements keep
 * their order, and NaN comes last either way. Shape: `[...]` -> two of `[...]`. Throws a `ShapeError` for a scalar.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.sort(input("x", [2, 3])).indices.type // => { dtype: "i32", shape: [2, 3] }
 * ```
 */
export const sort = (x: AnyExpr, options: { readonly axis?: number; readonly descending?: boolean } = {}): Sorted =>
  sorted("sort", x, options.axis ?? -1, options.descending ?? false)

/**
 * The `k` greatest elements along an axis (the last by default) in falling order, and the `i32` index of each. Shape:
 * `[..., n, ...]` -> two of `[..., k, ...]`. Throws a `ShapeError` where there are fewer than `k`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.topK(input("logits", [2, 10]), 3).values.type.shape // => [2, 3]
 * ```
 */
export const topK = (x: AnyExpr, k: number, options: { readonly axis?: number } = {}): Sorted =>
  sorted("topK", x, options.axis ?? -1, true, k)
