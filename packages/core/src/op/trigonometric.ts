import type { AnyExpr } from "../expr.ts"
import { add, div, mul, neg } from "./arithmetic.ts"
import { unaryComposite } from "./elementwiseComposite.ts"
import { sqrt } from "./exponential.ts"
import { fill } from "./leaf.ts"
import type { Unary } from "./operand.ts"
import { sub } from "./sign.ts"
import { atan, cos, sin } from "./transcendental.ts"

/**
 * The tangent of an angle in radians. Shape: `[...]` -> `[...]`. Throws a `ShapeError` for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.tan(input("angle", [2])).type.shape // => [2]
 * ```
 */
export const tan: Unary = unaryComposite("tan", {
  rule: "r · (1 + y²)",
  body: (x) => div(sin(x), cos(x)),
  backward: (r, _, y) => mul(r, add(mul(y, y), 1))
})

/** 1 - x, exact where x is close to 1. */
const oneLess = (x: AnyExpr): AnyExpr => sub(fill(1, x.type), x)

/** √(1 - x²), factored so that nothing cancels near ±1. */
const otherLeg = (x: AnyExpr): AnyExpr => sqrt(mul(oneLess(x), add(x, 1)))

/**
 * The angle in radians, from -π/2 to π/2, whose sine is the value; NaN outside [-1, 1]. Shape: `[...]` -> `[...]`.
 * Throws a `ShapeError` for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.asin(input("x", [2])).type.shape // => [2]
 * ```
 */
export const asin: Unary = unaryComposite("asin", {
  rule: "r / √(1 - x²)",
  body: (x) => atan(div(x, otherLeg(x))),
  backward: (r, x) => div(r, otherLeg(x))
})

/**
 * The angle in radians, from 0 to π, whose cosine is the value; NaN outside [-1, 1]. Shape: `[...]` -> `[...]`. Throws
 * a `ShapeError` for other types than floats.
 *
 * It is twice the angle whose tangent is √((1 - x) / (1 + x)), which keeps its digits near 1.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.acos(input("x", [2])).type.shape // => [2]
 * ```
 */
export const acos: Unary = unaryComposite("acos", {
  rule: "-r / √(1 - x²)",
  body: (x) => mul(atan(sqrt(div(oneLess(x), add(x, 1)))), 2),
  backward: (r, x) => neg(div(r, otherLeg(x)))
})
