import { composite } from "../composite.ts"
import type { AnyExpr } from "../expr.ts"
import { ShapeError } from "../shapeError.ts"
import { div, mul } from "./arithmetic.ts"
import { equal } from "./compare.ts"
import { sqrt } from "./exponential.ts"
import { max } from "./order.ts"
import { square } from "./power.ts"
import { checkNotEmpty, type ReductionAttrs, reduction, withKeptAxes } from "./reduction.ts"
import { abs } from "./sign.ts"
import { type ReductionOptions, sum } from "./stretch.ts"
import { where } from "./where.ts"

/** What a norm is taken over, and its order: 1 (the sum of magnitudes), 2 (the default) or Infinity (the greatest). */
export interface NormOptions extends ReductionOptions {
  readonly order?: number
}

interface NormAttrs extends ReductionAttrs {
  readonly order: number
}

const euclidean = composite<ReductionAttrs>("euclideanNorm", {
  body: ([x], attrs) => sqrt(sum(square(x as AnyExpr), attrs)),
  backward: ([r], { inputs: [x], outputs: [y], attrs: { axes } }) => {
    const zero = equal(y as AnyExpr, 0)
    // Both are replaced, so that the next derivative does not meet 0 / 0 either.
    const quotient = div(where(zero, 0, r as AnyExpr), where(zero, 1, y as AnyExpr))
    return [mul(x as AnyExpr, withKeptAxes(quotient, (x as AnyExpr).type.shape, axes))]
  },
  rule: "r · x / y, 0 where y is 0"
})

/**
 * The norm over axes taken together: the Euclidean one by default, the sum of magnitudes for `order: 1`, the greatest
 * magnitude for `order: Infinity`. At the zero vector it hands on no residual. Shape: `[...]` -> `[...]` without
 * `axes`, or with them at size 1. Throws a `ShapeError` for an axis out of range, for another order, for other types
 * than floats and, where the order is infinite, for no elements.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.norm(input("x", [2, 3]), { axes: [1], keepDims: true }).type.shape // => [2, 1]
 * ```
 */
export const norm: (x: AnyExpr, options?: NormOptions) => AnyExpr = reduction<NormAttrs, NormOptions>("norm", {
  empty: true,
  attrs: (reduced, { order = 2 }, type) => {
    if (order !== 1 && order !== 2 && order !== Number.POSITIVE_INFINITY) {
      throw new ShapeError("norm", [type], `an order of 1, 2 or Infinity, not ${order}`)
    }
    if (order === Number.POSITIVE_INFINITY) checkNotEmpty("norm", type, reduced.axes)
    return { ...reduced, order }
  },
  body: ([x], { axes, keepDims, order }) => {
    if (order === 2) return euclidean([x as AnyExpr], { axes, keepDims })
    return (order === 1 ? sum : max)(abs(x as AnyExpr), { axes, keepDims })
  },
  rule: "r · x / y ; for order 1 r · sign x ; for order ∞ r · sign x where |x| is the greatest"
})
