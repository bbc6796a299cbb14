import type { AnyExpr } from "../../expr.ts"
import { ShapeError } from "../../shapeError.ts"
import { add, mul } from "../arithmetic.ts"
import { less } from "../compare.ts"
import { square } from "../power.ts"
import { abs, sub } from "../sign.ts"
import { where } from "../where.ts"
import { elementLoss } from "./elementLoss.ts"
import type { LossOptions } from "./reduceLoss.ts"

const squared = elementLoss("mse", "r · 2 (a - b) / n ; its negative", (a, b) => square(sub(a, b)))

/**
 * The mean squared error of a prediction. Shape: two of `[...]`, weights of its leading axes -> `[]`, or `[...]` without
 * reduction. Throws a `ShapeError` for a target or weights of another type, and for a mean of no elements.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.mse(input("prediction", [8, 3]), input("target", [8, 3])).type.shape // => []
 * ```
 */
export const mse = (prediction: AnyExpr, target: AnyExpr, options: LossOptions = {}): AnyExpr =>
  squared(prediction, target, options, {})

const absolute = elementLoss("l1", "r · sign(a - b) / n ; its negative", (a, b) => abs(sub(a, b)))

/**
 * The mean absolute error of a prediction. Shape and errors: as `mse`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.l1(input("prediction", [8, 3]), input("target", [8, 3])).type.shape // => []
 * ```
 */
export const l1 = (prediction: AnyExpr, target: AnyExpr, options: LossOptions = {}): AnyExpr =>
  absolute(prediction, target, options, {})

/** A parabola up to a bend and straight lines beyond, which meet it without a kink. */
const bent = (difference: AnyExpr, bend: number): AnyExpr => {
  const magnitude = abs(difference)
  const isNear = less(magnitude, bend)
  // The square is taken of 0 where it is not used, so that a large difference does not overflow.
  const near = mul(square(where(isNear, difference, 0)), 0.5)
  return where(isNear, near, mul(add(magnitude, -bend / 2), bend))
}

const huberOf = elementLoss<{ readonly delta: number }>(
  "huber",
  "r · clamp(a - b, -δ, δ) / n ; its negative",
  (a, b, { delta }) => bent(sub(a, b), delta)
)

/**
 * The mean Huber loss: half the squared error up to δ (1 by default), δ · (|error| - δ / 2) beyond. Shape and errors: as
 * `mse`; and a `ShapeError` for a δ that is not above 0.
 *
 * P. J. Huber, "Robust estimation of a location parameter" (1964).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.huber(input("prediction", [8, 3]), input("target", [8, 3]), { delta: 0.5 }).type.shape // => []
 * ```
 */
export const huber = (
  prediction: AnyExpr,
  target: AnyExpr,
  options: LossOptions & { readonly delta?: number } = {}
): AnyExpr => {
  const { delta = 1 } = options
  if (!(delta > 0)) throw new ShapeError("huber", [prediction.type, target.type], `a δ above 0, not ${delta}`)
  return huberOf(prediction, target, options, { delta })
}

const smooth = elementLoss<{ readonly beta: number }>(
  "smoothL1",
  "r · clamp((a - b) / β, -1, 1) / n ; its negative",
  (a, b, { beta }) => (beta === 0 ? abs(sub(a, b)) : mul(bent(sub(a, b), beta), 1 / beta))
)

/**
 * The mean smooth absolute error: half the squared error over β up to β (1 by default), |error| - β / 2 beyond; `l1` for
 * a β of 0. Shape and errors: as `mse`; and a `ShapeError` for a β below 0.
 *
 * R. Girshick, "Fast R-CNN" (2015).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.smoothL1(input("prediction", [8, 3]), input("target", [8, 3]), { beta: 0.5 }).type.shape // => []
 * ```
 */
export const smoothL1 = (
  prediction: AnyExpr,
  target: AnyExpr,
  options: LossOptions & { readonly beta?: number } = {}
): AnyExpr => {
  const { beta = 1 } = options
  if (!(beta >= 0)) throw new ShapeError("smoothL1", [prediction.type, target.type], `a β of at least 0, not ${beta}`)
  return smooth(prediction, target, options, { beta })
}
