import { composite } from "../../composite.ts"
import type { AnyExpr, Dims, Expr } from "../../expr.ts"
import { mul } from "../arithmetic.ts"
import { greater } from "../compare.ts"
import { checkAccepted, unaryComposite } from "../elementwiseComposite.ts"
import { expm1 } from "../exponential.ts"
import type { Unary } from "../operand.ts"
import { where } from "../where.ts"

const exponentialBelowZero = (x: AnyExpr, alpha: number): AnyExpr => {
  const isPositive = greater(x, 0)
  // The exponent is replaced where it is not used, so that its derivative there is not 0 · ∞.
  return where(isPositive, x, mul(expm1(where(isPositive, 0, x)), alpha))
}

const exponentialLinear = composite<{ readonly alpha: number }>("elu", {
  body: ([x], { alpha }) => exponentialBelowZero(x as AnyExpr, alpha),
  rule: "r where x > 0, else r · α · exp x",
  elementwise: true
})

/**
 * The value where it is positive, α · (exp(x) - 1) elsewhere, with α = 1 by default; its derivative at 0 is α. Shape:
 * `[...]` -> `[...]`. Throws a `ShapeError` for other types than floats.
 *
 * D.-A. Clevert, T. Unterthiner and S. Hochreiter, "Fast and accurate deep network learning by exponential linear
 * units" (2016).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.elu(input("x", [2, 3])).type.shape // => [2, 3]
 * ```
 */
export const elu = <S extends Dims>(x: Expr<S>, options: { readonly alpha?: number } = {}): Expr<S> => {
  checkAccepted("elu", "floats", [x])
  return exponentialLinear([x], { alpha: options.alpha ?? 1 })
}

// The constants for which zero mean and unit variance are a fixed point.
const alpha = 1.6732632423543772
const scale = 1.0507009873554805

/**
 * The self-normalising exponential linear unit, 1.0507 · elu(x) with α = 1.6733. Shape: `[...]` -> `[...]`. Throws a
 * `ShapeError` for other types than floats.
 *
 * G. Klambauer et al., "Self-normalizing neural networks" (2017).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.selu(input("x", [2, 3])).type.shape // => [2, 3]
 * ```
 */
export const selu: Unary = unaryComposite("selu", {
  rule: "r · 1.0507 where x > 0, else r · 1.7581 · exp x",
  body: (x) => mul(exponentialBelowZero(x, alpha), scale)
})
