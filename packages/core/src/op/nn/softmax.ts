import { composite } from "../../composite.ts"
import type { AnyExpr, Dims, Expr } from "../../expr.ts"
import { div, mul } from "../arithmetic.ts"
import { axisOf } from "../axes.ts"
import { stopGradient } from "../boundary.ts"
import { equal } from "../compare.ts"
import { checkAccepted } from "../elementwiseComposite.ts"
import { exp, log } from "../exponential.ts"
import { max } from "../order.ts"
import { checkNotEmpty } from "../reduction.ts"
import { sub } from "../sign.ts"
import { sum } from "../stretch.ts"
import { where } from "../where.ts"

/** Scores along an axis: shifted so that the greatest is 0, their exponentials, and the sum of these. */
export interface Exponentials {
  /** What the scores were lowered by: their greatest, or 0 where all of them are -∞. */
  readonly shift: AnyExpr
  readonly shifted: AnyExpr
  readonly exponentials: AnyExpr
  readonly total: AnyExpr
  /** The total, or 1 where it is 0 because every score is -∞: what may be divided by. */
  readonly divisor: AnyExpr
}

/** Exponentials of scores along an axis without overflow; a row of which every score is -∞ has a total of 0. */
export const exponentialsAlong = (x: AnyExpr, axis: number): Exponentials => {
  // No derivative depends on the shift, which cancels.
  const greatest = stopGradient(max(x, { axes: [axis], keepDims: true }))
  const shift = where(equal(greatest, Number.NEGATIVE_INFINITY), 0, greatest)
  const shifted = sub(x, shift)
  const exponentials = exp(shifted)
  const total = sum(exponentials, { axes: [axis], keepDims: true })
  return { shift, shifted, exponentials, total, divisor: where(equal(total, 0), 1, total) }
}

/** The axis along which an op normalises. */
interface AxisAttrs {
  readonly axis: number
}

/** The residual of softmax's operand, from that of its result and the result. */
export const softmaxBackward = composite<AxisAttrs>("softmaxBackward", {
  body: ([r, y], { axis }) => {
    const weighted = mul(r as AnyExpr, y as AnyExpr)
    const expected = sum(weighted, { axes: [axis], keepDims: true })
    return mul(y as AnyExpr, sub(r as AnyExpr, expected))
  }
})

/** Softmax along a checked axis. */
export const softmaxAlong = composite<AxisAttrs>("softmax", {
  body: ([x], { axis }) => {
    const { exponentials, divisor } = exponentialsAlong(x as AnyExpr, axis)
    return div(exponentials, divisor)
  },
  backward: ([r], { outputs: [y], attrs }) => [softmaxBackward([r as AnyExpr, y as AnyExpr], attrs)],
  rule: "y · (r - Σ r · y)"
})

/**
 * Exponentials that sum to 1 along an axis (the last by default), computed from their difference to the greatest. Where
 * all of them are -∞ (a fully masked row), the result and the outgoing residual are 0. Shape: `[...]` -> `[...]`. Throws
 * a `ShapeError` for an axis out of range or without elements, and for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.softmax(input("logits", [2, 10])).type.shape // => [2, 10]
 * ```
 */
export const softmax = <S extends Dims>(x: Expr<S>, options: { readonly axis?: number } = {}): Expr<S> => {
  checkAccepted("softmax", "floats", [x])
  const axis = axisOf("softmax", x.type, options.axis ?? -1)
  checkNotEmpty("softmax", x.type, [axis])
  return softmaxAlong([x], { axis })
}

/** The residual of logSoftmax's operand, from that of its result, the result and the saved total. */
export const logSoftmaxBackward = composite<AxisAttrs>("logSoftmaxBackward", {
  body: ([r, y, total], { axis }) => {
    const arrived = sum(r as AnyExpr, { axes: [axis], keepDims: true })
    return where(equal(total as AnyExpr, 0), 0, sub(r as AnyExpr, mul(exp(y as AnyExpr), arrived)))
  }
})

/** Log-softmax along a checked axis, and the total of the exponentials, which is saved. */
export const logSoftmaxAlong = composite<AxisAttrs>("logSoftmax", {
  body: ([x], { axis }) => {
    const { shifted, total, divisor } = exponentialsAlong(x as AnyExpr, axis)
    return [sub(shifted, log(divisor)), total]
  },
  outputs: 1,
  backward: ([r], { outputs: [y, total], attrs }) => [
    logSoftmaxBackward([r as AnyExpr, y as AnyExpr, total as AnyExpr], attrs)
  ],
  rule: "r - exp(y) · Σ r"
})

/**
 * The logarithm of `softmax`, without its rounding to 0. Where all elements are -∞ (a fully masked row), so is the
 * result, and the outgoing residual is 0. Shape: `[...]` -> `[...]`. Throws a `ShapeError` for an axis out of range or
 * without elements, and for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.logSoftmax(input("logits", [2, 10]), { axis: 0 }).type.shape // => [2, 10]
 * ```
 */
export const logSoftmax = <S extends Dims>(x: Expr<S>, options: { readonly axis?: number } = {}): Expr<S> => {
  checkAccepted("logSoftmax", "floats", [x])
  const axis = axisOf("logSoftmax", x.type, options.axis ?? -1)
  checkNotEmpty("logSoftmax", x.type, [axis])
  return logSoftmaxAlong([x], { axis })
}
