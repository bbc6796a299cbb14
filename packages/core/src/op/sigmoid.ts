import type { WithOp } from "../composite.ts"
import { add, mul, neg } from "./arithmetic.ts"
import { unaryComposite } from "./elementwiseComposite.ts"
import { exp, log1p } from "./exponential.ts"
import { fill } from "./leaf.ts"
import type { Unary } from "./operand.ts"
import { reciprocal } from "./power.ts"
import { abs, minimum, sub } from "./sign.ts"

/**
 * The logistic function 1 / (1 + exp(-x)), from 0 to 1. Its backward is that of the textbook, from the result alone.
 * Shape: `[...]` -> `[...]`. Throws a `ShapeError` for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.sigmoid(input("x", [2])).type.shape // => [2]
 * ```
 */
export const sigmoid: Unary & WithOp = unaryComposite("sigmoid", {
  rule: "r · y · (1 - y)",
  body: (x) => reciprocal(add(exp(neg(x)), 1)),
  backward: (r, _, y) => mul(r, mul(y, sub(fill(1, y.type), y)))
})

/**
 * The logarithm of the logistic function, min(x, 0) - log(1 + exp(-|x|)), which neither overflows nor loses digits.
 * Shape: `[...]` -> `[...]`. Throws a `ShapeError` for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.logSigmoid(input("x", [2])).type.shape // => [2]
 * ```
 */
export const logSigmoid: Unary = unaryComposite("logSigmoid", {
  rule: "r · σ(-x)",
  body: (x) => sub(minimum(x, 0), log1p(exp(neg(abs(x))))),
  backward: (r, x) => mul(r, sigmoid(neg(x)))
})
