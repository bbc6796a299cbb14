import { composite } from "../../composite.ts"
import type { AnyExpr, Dims, Expr } from "../../expr.ts"
import { div, maximum, mul } from "../arithmetic.ts"
import { axisOf } from "../axes.ts"
import { checkAccepted } from "../elementwiseComposite.ts"
import { sqrt } from "../exponential.ts"
import { align } from "../operand.ts"
import { square } from "../power.ts"
import { sum } from "../stretch.ts"
import { checkEpsilon } from "./standardise.ts"

interface NormalizeAttrs {
  readonly axis: number
  readonly epsilon: number
}

/** max(‖x‖, ε): the square is held from below, so that the root of a zero vector has a derivative, 0. */
const boundedNorm = (x: AnyExpr, { axis, epsilon }: NormalizeAttrs): AnyExpr =>
  sqrt(maximum(sum(square(x), { axes: [axis], keepDims: true }), epsilon * epsilon))

const normalize = composite<NormalizeAttrs>("l2Normalize", {
  body: ([x], attrs) => div(x as AnyExpr, boundedNorm(x as AnyExpr, attrs)),
  rule: "(r - y · Σ r · y) / ‖x‖"
})

/**
 * The value divided by its Euclidean norm along an axis (the last by default), or by ε (10⁻¹² by default) where that is
 * greater. Shape: `[...]` -> `[...]`. Throws a `ShapeError` for an axis out of range and for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.l2Normalize(input("x", [2, 3])).type.shape // => [2, 3]
 * ```
 */
export const l2Normalize = <S extends Dims>(
  x: Expr<S>,
  options: { readonly axis?: number; readonly epsilon?: number } = {}
): Expr<S> => {
  checkAccepted("l2Normalize", "floats", [x])
  checkEpsilon("l2Normalize", x, options.epsilon)
  const axis = axisOf("l2Normalize", x.type, options.axis ?? -1)
  return normalize([x], { axis, epsilon: options.epsilon ?? 1e-12 })
}

const cosine = composite<NormalizeAttrs>("cosineSimilarity", {
  body: ([a, b], attrs) => {
    const along = (x: AnyExpr): AnyExpr => div(x, boundedNorm(x, attrs))
    return sum(mul(along(a as AnyExpr), along(b as AnyExpr)), { axes: [attrs.axis] })
  },
  rule: "r · (b̂ - y · â) / ‖a‖ ; r · (â - y · b̂) / ‖b‖"
})

/**
 * The cosine of the angle between two vectors along an axis (the last by default), each divided by its norm or by ε
 * (10⁻⁸ by default) where that is greater. Shape: operands broadcast, `[..., n, ...]` -> without the axis. Throws a
 * `ShapeError` where they do not, for an axis out of range and for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.cosineSimilarity(input("a", [2, 3]), input("b", [2, 3])).type.shape // => [2]
 * ```
 */
export const cosineSimilarity = (
  a: AnyExpr,
  b: AnyExpr,
  options: { readonly axis?: number; readonly epsilon?: number } = {}
): AnyExpr => {
  checkAccepted("cosineSimilarity", "floats", [a, b])
  checkEpsilon("cosineSimilarity", a, options.epsilon)
  const [left, right] = align("cosineSimilarity", [a, b]) as readonly [AnyExpr, AnyExpr]
  const axis = axisOf("cosineSimilarity", left.type, options.axis ?? -1)
  return cosine([left, right], { axis, epsilon: options.epsilon ?? 1e-8 })
}
