import type { AnyExpr } from "../expr.ts"
import { type Binary, binary, binaryOp } from "./operand.ts"

/** A comparison of two values, element by element. */
export type Comparison = Binary

export const lessOp = binaryOp("less", "none", "none", { result: "bool" })

/**
 * Whether the first operand is less than the second; false where either is NaN. Shape: operands broadcast, `bool`.
 * Throws a `ShapeError` where they do not.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.less(input("x", [2]), 0).type.dtype // => "bool"
 * ```
 */
export const less: Comparison = binary(lessOp)

export const equalOp = binaryOp("equal", "none", "none", {
  check: () => true,
  expected: "two values of one type",
  result: "bool"
})

/**
 * Whether two values are equal; false where either is NaN. Shape: operands broadcast, `bool`. Throws a `ShapeError`
 * where they do not.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.equal(input("x", [2]), 0).type.dtype // => "bool"
 * ```
 */
export const equal: Comparison = binary(equalOp)

/**
 * Whether the first operand is greater than the second; false where either is NaN. Shape: operands broadcast, `bool`.
 * Throws a `ShapeError` where they do not.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.greater(input("x", [2]), 0).op.name // => "less"
 * ```
 */
export const greater: Comparison = (a: AnyExpr, b: AnyExpr | number): AnyExpr => binary(lessOp)(b, a)
