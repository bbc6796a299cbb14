import { add, maximum, mul, neg } from "../arithmetic.ts"
import { unaryComposite } from "../elementwiseComposite.ts"
import { exp, log1p } from "../exponential.ts"
import type { Unary } from "../operand.ts"
import { sigmoid } from "../sigmoid.ts"
import { abs } from "../sign.ts"
import { tanh } from "../transcendental.ts"

/**
 * The smooth rectifier log(1 + exp(x)), as max(x, 0) + log(1 + exp(-|x|)), which does not overflow. Shape: `[...]` ->
 * `[...]`. Throws a `ShapeError` for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.softplus(input("x", [2, 3])).type.shape // => [2, 3]
 * ```
 */
export const softplus: Unary = unaryComposite("softplus", {
  rule: "r · σ(x)",
  body: (x) => add(maximum(x, 0), log1p(exp(neg(abs(x))))),
  backward: (r, x) => mul(r, sigmoid(x))
})

/**
 * x · tanh(softplus(x)). Shape: `[...]` -> `[...]`. Throws a `ShapeError` for other types than floats.
 *
 * D. Misra, "Mish: a self regularized non-monotonic activation function" (2019).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.mish(input("x", [2, 3])).type.shape // => [2, 3]
 * ```
 */
export const mish: Unary = unaryComposite("mish", {
  rule: "r · (t + x · (1 - t²) · σ(x)), with t = tanh(softplus(x))",
  body: (x) => mul(x, tanh(softplus(x)))
})
