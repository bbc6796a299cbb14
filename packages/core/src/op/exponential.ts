import { isFloat } from "../dtype.ts"
import { add, div, mul } from "./arithmetic.ts"
import { and, or } from "./bits.ts"
import { equal, greater, less } from "./compare.ts"
import { type Binary, binary, binaryOp, type Unary, unary, unaryOp } from "./operand.ts"
import { where } from "./where.ts"

export const expOp = unaryOp("exp", "r · y", (r, _, y) => mul(r, y))

/**
 * e to the power of the value. Shape: `[...]` -> `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.exp(input("x", [2])).type.shape // => [2]
 * ```
 */
export const exp: Unary = unary(expOp)

export const expm1Op = unaryOp("expm1", "r · (y + 1)", (r, _, y) => mul(r, add(y, 1)))

/**
 * exp(x) - 1, accurate near 0. Shape: `[...]` -> `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.expm1(input("x", [2])).type.shape // => [2]
 * ```
 */
export const expm1: Unary = unary(expm1Op)

export const logOp = unaryOp("log", "r / x", (r, x) => div(r, x))

/**
 * The natural logarithm; NaN below 0. Shape: `[...]` -> `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.log(input("x", [2])).type.shape // => [2]
 * ```
 */
export const log: Unary = unary(logOp)

export const log1pOp = unaryOp("log1p", "r / (1 + x)", (r, x) => div(r, add(x, 1)))

/**
 * log(1 + x), accurate near 0; NaN below -1. Shape: `[...]` -> `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.log1p(input("x", [2])).type.shape // => [2]
 * ```
 */
export const log1p: Unary = unary(log1pOp)

export const sqrtOp = unaryOp("sqrt", "r / 2y", (r, _, y) => div(mul(r, 0.5), y))

/**
 * The square root; NaN below 0. Shape: `[...]` -> `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.sqrt(input("x", [2])).type.shape // => [2]
 * ```
 */
export const sqrt: Unary = unary(sqrtOp)

export const powOp = binaryOp(
  "pow",
  "r · b · a^(b-1) ; r · y · ln a",
  (r, a, b, y) => {
    const isZeroth = equal(b, 0)
    // Elsewhere b · a^(b-1) is 0 of itself, and its derivative by the exponent, 1 / a, is not.
    const flatInBase = and(isZeroth, equal(or(less(a, 0), greater(a, 0)), 0))
    const flatInExponent = and(equal(a, 0), or(greater(b, 0), isZeroth))
    return [
      where(flatInBase, 0, mul(r, mul(b, pow(a, where(flatInBase, 1, add(b, -1)))))),
      // The base is replaced inside the logarithm as well, so that the next derivative does not meet 0 · ∞.
      where(flatInExponent, 0, mul(r, mul(y, log(where(flatInExponent, 1, a)))))
    ]
  },
  { check: isFloat, expected: "two floats of one type" }
)

/**
 * The first operand raised to the second. Where the exponent is 0 the base receives no residual, and at a base of 0 an
 * exponent that is not negative receives none. Shape: operands broadcast. Throws a `ShapeError` where they do not.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.pow(input("x", [2]), 3).type.shape // => [2]
 * ```
 */
export const pow: Binary = binary(powOp)
