import type { WithOp } from "../composite.ts"
import type { AnyExpr } from "../expr.ts"
import { ShapeError } from "../shapeError.ts"
import type { TensorType } from "../tensorType.ts"
import { div, mul } from "./arithmetic.ts"
import { equal } from "./compare.ts"
import { sqrt } from "./exponential.ts"
import { square } from "./power.ts"
import { countOf, type ReductionAttrs, reduction, withKeptAxes } from "./reduction.ts"
import { sub } from "./sign.ts"
import { type ReductionOptions, sum } from "./stretch.ts"
import { where } from "./where.ts"

/**
 * The arithmetic mean over axes. Shape: `[...]` -> `[...]` without `axes`, or with them at size 1. Throws a
 * `ShapeError` for an axis out of range, for no elements, and for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.mean(input("x", [2, 3]), { axes: [0] }).type.shape // => [3]
 * ```
 */
export const mean: ((x: AnyExpr, options?: ReductionOptions) => AnyExpr) & WithOp = reduction<ReductionAttrs>("mean", {
  empty: false,
  attrs: (reduced) => reduced,
  body: ([x], { axes, keepDims }) =>
    div(sum(x as AnyExpr, { axes, keepDims }), countOf((x as AnyExpr).type.shape, axes)),
  rule: "r / n, repeated along the reduced axes"
})

/** What a variance is taken over, and how much less than the number of elements its sum of squares is divided by. */
export interface VarianceOptions extends ReductionOptions {
  readonly correction?: number
}

interface VarianceAttrs extends ReductionAttrs {
  readonly correction: number
}

const varianceAttrs =
  (op: string) =>
  (reduced: ReductionAttrs, { correction = 0 }: VarianceOptions, type: TensorType): VarianceAttrs => {
    if (!(countOf(type.shape, reduced.axes) > correction)) {
      throw new ShapeError(
        op,
        [type],
        `more elements along [${reduced.axes.join(",")}] than the correction, ${correction}`
      )
    }
    return { ...reduced, correction }
  }

/** How far each element is from the mean. */
const deviation = (x: AnyExpr, axes: ReadonlyArray<number>): AnyExpr => sub(x, mean(x, { axes, keepDims: true }))

/**
 * The mean squared deviation from the mean over axes, in two passes; the sum of squares is divided by the number of
 * elements less `correction` (0 by default; 1 is Bessel's). Shape: `[...]` -> `[...]` without `axes`, or with them at
 * size 1. Throws a `ShapeError` for an axis out of range, and where there are no more elements than the correction.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.variance(input("x", [2, 3]), { axes: [-1], correction: 1 }).type.shape // => [2]
 * ```
 */
export const variance: (x: AnyExpr, options?: VarianceOptions) => AnyExpr = reduction<VarianceAttrs, VarianceOptions>(
  "variance",
  {
    empty: false,
    attrs: varianceAttrs("variance"),
    body: ([x], { axes, keepDims, correction }) =>
      div(
        sum(square(deviation(x as AnyExpr, axes)), { axes, keepDims }),
        countOf((x as AnyExpr).type.shape, axes) - correction
      ),
    // Nothing comes back through the mean, since the deviations sum to 0.
    backward: ([r], { inputs: [x], attrs: { axes, correction } }) => {
      const { shape } = (x as AnyExpr).type
      const scaled = mul(withKeptAxes(r as AnyExpr, shape, axes), 2 / (countOf(shape, axes) - correction))
      return [mul(deviation(x as AnyExpr, axes), scaled)]
    },
    rule: "r · 2 (x - x̄) / (n - correction)"
  }
)

/**
 * The standard deviation over axes: the square root of `variance`. Where it is 0 it hands on no residual. Shape:
 * `[...]` -> `[...]` without `axes`, or with them at size 1. Throws a `ShapeError` for an axis out of range, and where
 * there are no more elements than the correction.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.std(input("x", [2, 3]), { axes: [-1], correction: 1 }).type.shape // => [2]
 * ```
 */
export const std: (x: AnyExpr, options?: VarianceOptions) => AnyExpr = reduction<VarianceAttrs, VarianceOptions>(
  "std",
  {
    empty: false,
    attrs: varianceAttrs("std"),
    body: ([x], attrs) => sqrt(variance(x as AnyExpr, attrs)),
    backward: ([r], { inputs: [x], outputs: [y], attrs: { axes, correction } }) => {
      const { shape } = (x as AnyExpr).type
      const flat = equal(y as AnyExpr, 0)
      // Both are replaced, so that the next derivative does not meet 0 / 0 either.
      const quotient = div(where(flat, 0, r as AnyExpr), where(flat, 1, y as AnyExpr))
      const scaled = div(withKeptAxes(quotient, shape, axes), countOf(shape, axes) - correction)
      return [mul(deviation(x as AnyExpr, axes), scaled)]
    },
    rule: "r · (x - x̄) / ((n - correction) · y), 0 where y is 0"
  }
)
