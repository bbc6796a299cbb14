import { composite } from "../composite.ts"
import type { AnyExpr } from "../expr.ts"
import { add, div, mul } from "./arithmetic.ts"
import { stopGradient } from "./boundary.ts"
import { equal } from "./compare.ts"
import { exp, log } from "./exponential.ts"
import { max } from "./order.ts"
import { type ReductionAttrs, reduction, withKeptAxes } from "./reduction.ts"
import { sub } from "./sign.ts"
import { dropAxes, type ReductionOptions, sum } from "./stretch.ts"
import { where } from "./where.ts"

/** exp(x - greatest), the sum of it, and the greatest element, over axes that stay at size 1. */
const scaled = (
  x: AnyExpr,
  axes: ReadonlyArray<number>
): { readonly powers: AnyExpr; readonly total: AnyExpr; readonly shift: AnyExpr } => {
  const greatest = stopGradient(max(x, { axes, keepDims: true }))
  // Where all are -∞ nothing is subtracted, and what is +∞ counts as the greatest, so that no difference of infinities
  // is taken.
  const shift = where(equal(greatest, Number.NEGATIVE_INFINITY), 0, greatest)
  const powers = exp(where(equal(x, Number.POSITIVE_INFINITY), 0, sub(x, shift)))
  return { powers, total: sum(powers, { axes, keepDims: true }), shift }
}

const logSumExpBackward = composite<{ readonly axes: ReadonlyArray<number> }>("logSumExpBackward", {
  body: ([r, x], { axes }) => {
    const { powers, total } = scaled(x as AnyExpr, axes)
    return mul(powers, div(r as AnyExpr, where(equal(total, 0), 1, total)))
  }
})

/**
 * log Σ exp(x) over axes, with the greatest element taken out, so that it does not overflow: -∞ where all elements are,
 * +∞ where any is. Its residual is r · softmax(x), which is 0 where all elements are -∞. Shape: `[...]` -> `[...]`
 * without `axes`, or with them at size 1. Throws a `ShapeError` for an axis out of range, for no elements, and for
 * other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.logSumExp(input("logits", [2, 10]), { axes: [-1] }).type.shape // => [2]
 * ```
 */
export const logSumExp: (x: AnyExpr, options?: ReductionOptions) => AnyExpr = reduction<ReductionAttrs>("logSumExp", {
  empty: false,
  attrs: (reduced) => reduced,
  body: ([x], { axes, keepDims }) => {
    const { total, shift } = scaled(x as AnyExpr, axes)
    return dropAxes(add(log(total), shift), axes, keepDims)
  },
  backward: ([r], { inputs: [x], attrs: { axes } }) => [
    logSumExpBackward([withKeptAxes(r as AnyExpr, (x as AnyExpr).type.shape, axes), x as AnyExpr], { axes })
  ],
  rule: "r · softmax(x)"
})
