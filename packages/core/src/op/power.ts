import type { WithOp } from "../composite.ts"
import { div, mul, neg } from "./arithmetic.ts"
import { unaryComposite } from "./elementwiseComposite.ts"
import { sqrt } from "./exponential.ts"
import { fill } from "./leaf.ts"
import type { Unary } from "./operand.ts"

/**
 * The value times itself. Shape: `[...]` -> `[...]`; integers wrap around. Throws a `ShapeError` for bools.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.square(input("x", [2])).type.shape // => [2]
 * ```
 */
export const square: Unary & WithOp = unaryComposite("square", {
  accepted: "numbers",
  rule: "r · 2x",
  body: (x) => mul(x, x),
  backward: (r, x) => mul(r, mul(x, 2))
})

/**
 * 1 / x; an infinity at 0. Shape: `[...]` -> `[...]`. Throws a `ShapeError` for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.reciprocal(input("x", [2])).type.shape // => [2]
 * ```
 */
export const reciprocal: Unary = unaryComposite("reciprocal", {
  rule: "-r · y²",
  body: (x) => div(fill(1, x.type), x),
  // Multiplied from the residual on, so that y² alone cannot overflow.
  backward: (r, _, y) => neg(mul(mul(r, y), y))
})

/**
 * 1 / √x; infinite at 0 and NaN below. Shape: `[...]` -> `[...]`. Throws a `ShapeError` for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.rsqrt(input("x", [2])).type.shape // => [2]
 * ```
 */
export const rsqrt: Unary = unaryComposite("rsqrt", {
  rule: "-r · y³ / 2",
  body: (x) => div(fill(1, x.type), sqrt(x)),
  backward: (r, _, y) => mul(mul(mul(mul(r, -0.5), y), y), y)
})
