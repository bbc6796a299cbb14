import { composite } from "../composite.ts"
import { isFloat } from "../dtype.ts"
import type { AnyExpr } from "../expr.ts"
import * as ShapeOf from "../shape.ts"
import { add, neg } from "./arithmetic.ts"
import { axisOf } from "./axes.ts"
import { or } from "./bits.ts"
import { cast } from "./cast.ts"
import { equal } from "./compare.ts"
import { notEqual } from "./inequality.ts"
import { iota } from "./leaf.ts"
import { not } from "./not.ts"
import { max } from "./order.ts"
import { checkNotEmpty, type ReductionAttrs, reduction } from "./reduction.ts"
import { dropAxes, type ReductionOptions, reshape } from "./stretch.ts"
import { where } from "./where.ts"

/** An order-reversing image of a value, which is its own inverse: the negative of floats, flipped bits of others. */
const reversed = (x: AnyExpr): AnyExpr => (isFloat(x.type.dtype) ? neg(x) : not(x))

/**
 * The least element over axes; NaN where any is NaN, and of bools whether all hold. Ties share the residual equally.
 * Shape: `[...]` -> `[...]` without `axes`, or with them at size 1. Throws a `ShapeError` for no elements.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.min(input("x", [2, 3]), { axes: [1], keepDims: true }).type.shape // => [2, 1]
 * ```
 */
export const min: (x: AnyExpr, options?: ReductionOptions) => AnyExpr = reduction<ReductionAttrs>("min", {
  accepted: "values of any type",
  empty: false,
  attrs: (reduced) => reduced,
  body: ([x], attrs) => reversed(max(reversed(x as AnyExpr), attrs)),
  rule: "r where x is the least, shared equally by ties"
})

/** The axis to search along, or none for all elements in row-major order, and whether axes stay at size 1. */
export interface ArgOptions {
  readonly axis?: number
  readonly keepDims?: boolean
}

interface ArgAttrs {
  readonly axis: number
}

/** The first index of the greatest element, or of NaN, along an axis, which stays at size 1. */
const firstGreatest = (x: AnyExpr, axis: number): AnyExpr => {
  const comparable = x.type.dtype === "bool" ? cast(x, "i32") : x
  const greatest = max(comparable, { axes: [axis], keepDims: true })
  const hit = equal(comparable, greatest)
  const found = isFloat(x.type.dtype) ? or(hit, notEqual(x, x)) : hit
  // Counted from the end, the first index is the greatest.
  const last = (x.type.shape[axis] as number) - 1
  const fromEnd = add(neg(iota(x.type.shape, { axis })), last)
  return add(neg(max(where(found, fromEnd, -1), { axes: [axis], keepDims: true })), last)
}

const argOp = (name: string, order: (x: AnyExpr) => AnyExpr) => {
  const define = composite<ArgAttrs>(name, {
    body: ([x], { axis }) => firstGreatest(order(x as AnyExpr), axis),
    backward: "none",
    rule: "none"
  })
  return (x: AnyExpr, options: ArgOptions = {}): AnyExpr => {
    const all = options.axis === undefined
    const searched = all ? reshape(x, [ShapeOf.size(x.type.shape)]) : x
    const axis = all ? 0 : axisOf(name, x.type, options.axis as number)
    checkNotEmpty(name, searched.type, [axis])
    const found = define([searched], { axis })
    if (!all) return dropAxes(found, [axis], options.keepDims)
    return reshape(found, options.keepDims === true ? x.type.shape.map(() => 1) : [])
  }
}

/**
 * The `i32` index of the greatest element along an axis, or among all in row-major order: the first of equal ones, and
 * of NaN where there is any. It is piecewise constant, so it has no residual. Shape: `[...]` -> `[...]` without the
 * axis, or with it at size 1. Throws a `ShapeError` for an axis out of range and for no elements.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.argMax(input("x", [2, 3]), { axis: -1 }).type // => { dtype: "i32", shape: [2] }
 * ```
 */
export const argMax: (x: AnyExpr, options?: ArgOptions) => AnyExpr = argOp("argMax", (x) => x)

/**
 * The `i32` index of the least element along an axis, or among all in row-major order: the first of equal ones, and of
 * NaN where there is any. It is piecewise constant, so it has no residual. Shape: `[...]` -> `[...]` without the axis,
 * or with it at size 1. Throws a `ShapeError` for an axis out of range and for no elements.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.argMin(input("x", [2, 3]), { axis: 0, keepDims: true }).type // => { dtype: "i32", shape: [1, 3] }
 * ```
 */
export const argMin: (x: AnyExpr, options?: ArgOptions) => AnyExpr = argOp("argMin", reversed)
