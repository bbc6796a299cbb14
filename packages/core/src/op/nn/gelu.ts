import type { WithOp } from "../../composite.ts"
import type { AnyExpr, Dims, Expr } from "../../expr.ts"
import { add, mul } from "../arithmetic.ts"
import { clamp } from "../clamp.ts"
import { unaryComposite } from "../elementwiseComposite.ts"
import { exp } from "../exponential.ts"
import { fill } from "../leaf.ts"
import type { Unary } from "../operand.ts"
import { square } from "../power.ts"
import { sub } from "../sign.ts"
import { erf, tanh } from "../transcendental.ts"

/** Φ, the probability that a standard normal variable is below x. */
const probability = (x: AnyExpr): AnyExpr => mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5)

/** φ, the density of a standard normal variable. */
const density = (x: AnyExpr): AnyExpr => mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))

/** Gelu by the error function. */
export const exact: Unary & WithOp = unaryComposite("gelu", {
  rule: "r · (Φ(x) + x · φ(x))",
  body: (x) => mul(x, probability(x)),
  backward: (r, x) => mul(r, add(probability(x), mul(x, density(x))))
})

const outer = Math.sqrt(2 / Math.PI)
const cubic = 0.044715

/** The value, held where the hyperbolic tangent has long reached ±1, so that its powers do not overflow. */
const held = (x: AnyExpr): AnyExpr => clamp(x, { min: -10, max: 10 })

const bent = (x: AnyExpr): AnyExpr => tanh(mul(x, add(mul(square(x), outer * cubic), outer)))

/** Gelu by the hyperbolic tangent. */
export const approximate: Unary & WithOp = unaryComposite("geluTanh", {
  rule: "r · ½ (1 + t + x · (1 - t²) · √(2/π) · (1 + 0.134145 x²)), with t = tanh(√(2/π) · (x + 0.044715 x³))",
  body: (x) => mul(mul(x, 0.5), add(bent(held(x)), 1)),
  backward: (r, x) => {
    const near = held(x)
    const t = bent(near)
    const slope = add(mul(square(near), 3 * outer * cubic), outer)
    const bending = mul(mul(near, sub(fill(1, x.type), square(t))), slope)
    return mul(r, mul(add(add(t, 1), bending), 0.5))
  }
})

/**
 * The Gaussian error linear unit x · Φ(x), Φ being the standard normal distribution function; with
 * `approximate: "tanh"`, the composite `geluTanh`, ½ x · (1 + tanh(√(2/π) · (x + 0.044715 x³))). Shape: `[...]` ->
 * `[...]`. Throws a `ShapeError` for other types than floats.
 *
 * D. Hendrycks and K. Gimpel, "Gaussian error linear units" (2016).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.gelu(input("x", [2, 3])).op.name // => "gelu"
 * op.gelu(input("x", [2, 3]), { approximate: "tanh" }).op.name // => "geluTanh"
 * ```
 */
export const gelu = <S extends Dims>(x: Expr<S>, options: { readonly approximate?: "none" | "tanh" } = {}): Expr<S> =>
  options.approximate === "tanh" ? approximate(x) : exact(x)
