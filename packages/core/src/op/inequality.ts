import type { AnyExpr } from "../expr.ts"
import { or } from "./bits.ts"
import { type Comparison, equal, less } from "./compare.ts"
import { binaryComposite } from "./elementwiseComposite.ts"
import { not } from "./not.ts"

/**
 * Whether the first operand is at most the second; false where either is NaN. Shape: operands broadcast, `bool`. Throws
 * a `ShapeError` where they do not.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.lessEqual(input("x", [2]), 0).type.dtype // => "bool"
 * ```
 */
export const lessEqual: Comparison = binaryComposite("lessEqual", {
  rule: "none",
  body: (a, b) => or(less(a, b), equal(a, b)),
  backward: "none"
})

/**
 * Whether the first operand is at least the second; false where either is NaN. Shape: operands broadcast, `bool`.
 * Throws a `ShapeError` where they do not.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.greaterEqual(input("x", [2]), 0).type.dtype // => "bool"
 * ```
 */
export const greaterEqual: Comparison = binaryComposite("greaterEqual", {
  rule: "none",
  body: (a, b) => or(less(b, a), equal(a, b)),
  backward: "none"
})

/**
 * Whether two values differ; true where either is NaN. Shape: operands broadcast, `bool`. Throws a `ShapeError` where
 * they do not.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.notEqual(input("x", [2]), 0).type.dtype // => "bool"
 * ```
 */
export const notEqual: Comparison = binaryComposite("notEqual", {
  accepted: "values of any type",
  rule: "none",
  body: (a, b): AnyExpr => not(equal(a, b)),
  backward: "none"
})
