import { add, mul } from "../arithmetic.ts"
import { clamp } from "../clamp.ts"
import { unaryComposite } from "../elementwiseComposite.ts"
import type { Unary } from "../operand.ts"

/**
 * The piecewise linear logistic function, (x + 3) / 6 held between 0 and 1. Shape: `[...]` -> `[...]`. Throws a
 * `ShapeError` for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.hardSigmoid(input("x", [2, 3])).type.shape // => [2, 3]
 * ```
 */
export const hardSigmoid: Unary = unaryComposite("hardSigmoid", {
  rule: "r / 6 from -3 to 3, else 0",
  body: (x) => mul(clamp(add(x, 3), { min: 0, max: 6 }), 1 / 6)
})

/**
 * The value times its hard logistic function. Shape: `[...]` -> `[...]`. Throws a `ShapeError` for other types than
 * floats.
 *
 * A. Howard et al., "Searching for MobileNetV3" (2019).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.hardSwish(input("x", [2, 3])).type.shape // => [2, 3]
 * ```
 */
export const hardSwish: Unary = unaryComposite("hardSwish", {
  rule: "r · (x / 3 + ½) from -3 to 3, r above, 0 below",
  body: (x) => mul(x, hardSigmoid(x))
})
