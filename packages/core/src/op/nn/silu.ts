import type { WithOp } from "../../composite.ts"
import { mul } from "../arithmetic.ts"
import { unaryComposite } from "../elementwiseComposite.ts"
import type { Unary } from "../operand.ts"
import { sigmoid } from "../sigmoid.ts"

/**
 * The value times its logistic function, x · σ(x), also called swish. Shape: `[...]` -> `[...]`. Throws a `ShapeError`
 * for other types than floats.
 *
 * S. Elfwing, E. Uchibe and K. Doya, "Sigmoid-weighted linear units for neural network function approximation in
 * reinforcement learning" (2018).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.silu(input("x", [2, 3])).type.shape // => [2, 3]
 * ```
 */
export const silu: Unary & WithOp = unaryComposite("silu", {
  rule: "r · σ(x) · (1 + x · (1 - σ(x)))",
  body: (x) => mul(x, sigmoid(x))
})
