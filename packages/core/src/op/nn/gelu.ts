import type { WithOp } from "../../composite.ts"
import type { AnyExpr, Dims, Expr } from "../../expr.ts"
import { add, maximum, mul } from "../arithmetic.ts"
import { clamp } from "../clamp.ts"
import { unaryComposite } from "../elementwiseComposite.ts"
import { exp } from "../exponential.ts"
import { fill } from "../leaf.ts"
import type { Unary } from "../operand.ts"
import { reciprocal, square } from "../power.ts"
import { sub } from "../sign.ts"
import { erf } from "../transcendental.ts"

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

/** Below this the result is -0 to 36 digits. */
const lowest = -10

/** The value, held where its gate has long reached 0 or 1, so that no power of it overflows. */
const held = (x: AnyExpr): AnyExpr => clamp(x, { min: lowest, max: -lowest })

/** σ(2z) = ½ (1 + tanh z), for z = √(2/π) · (x + 0.044715 x³). */
const gate = (near: AnyExpr): AnyExpr => {
  const negative = mul(near, add(mul(square(near), -2 * outer * cubic), -2 * outer))
  return reciprocal(add(exp(negative), 1))
}

/** Gelu by the hyperbolic tangent. */
export const approximate: Unary & WithOp = unaryComposite("geluTanh", {
  rule: "r · s · (1 + x · (1 - s) · √(8/π) · (1 + 0.134145 x²)), with s = ½ (1 + tanh(√(2/π) · (x + 0.044715 x³)))",
  body: (x) => mul(maximum(x, lowest), gate(held(x))),
  backward: (r, x) => {
    const near = held(x)
    const s = gate(near)
    const slope = add(mul(square(near), 6 * outer * cubic), 2 * outer)
    const bending = mul(mul(near, sub(fill(1, x.type), s)), slope)
    return mul(r, mul(add(bending, 1), s))
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
