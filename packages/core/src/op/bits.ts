import type { DType } from "../dtype.ts"
import { isInteger } from "../dtype.ts"
import type { Comparison } from "./compare.ts"
import { binary, binaryOp } from "./operand.ts"

const bitwise = {
  check: (dtype: DType) => isInteger(dtype) || dtype === "bool",
  expected: "two integers or two bools of one type"
}
const shift = { check: isInteger, expected: "two integers of one type" }

export const andOp = binaryOp("and", "none", "none", bitwise)

/**
 * Bitwise and of integers, logical and of bools. Shape: operands broadcast. Throws a `ShapeError` for floats.
 *
 * ```ts
 * import { constant, op } from "@residual/core"
 * op.and(constant([true, false], { dtype: "bool" }), constant([true, true], { dtype: "bool" })).type.dtype // => "bool"
 * ```
 */
export const and: Comparison = binary(andOp)

export const orOp = binaryOp("or", "none", "none", bitwise)

/**
 * Bitwise or of integers, logical or of bools. Shape: operands broadcast. Throws a `ShapeError` for floats.
 *
 * ```ts
 * import { constant, op } from "@residual/core"
 * op.or(constant([1, 2], { dtype: "i32" }), 4).type.dtype // => "i32"
 * ```
 */
export const or: Comparison = binary(orOp)

export const xorOp = binaryOp("xor", "none", "none", bitwise)

/**
 * Bitwise exclusive or of integers, logical exclusive or of bools. Shape: operands broadcast. Throws a `ShapeError`
 * for floats.
 *
 * ```ts
 * import { constant, op } from "@residual/core"
 * op.xor(constant([1, 2], { dtype: "u32" }), 3).type.dtype // => "u32"
 * ```
 */
export const xor: Comparison = binary(xorOp)

export const shiftLeftOp = binaryOp("shiftLeft", "none", "none", shift)

/**
 * Bits moved left, by the second operand modulo 32. Shape: operands broadcast. Throws a `ShapeError` for other types
 * than integers.
 *
 * ```ts
 * import { constant, op } from "@residual/core"
 * op.shiftLeft(constant([1, 2], { dtype: "u32" }), 3).type.dtype // => "u32"
 * ```
 */
export const shiftLeft: Comparison = binary(shiftLeftOp)

export const shiftRightOp = binaryOp("shiftRight", "none", "none", shift)

/**
 * Bits moved right, by the second operand modulo 32: with copies of the sign for `i32`, with zeros for `u32`. Shape:
 * operands broadcast. Throws a `ShapeError` for other types than integers.
 *
 * ```ts
 * import { constant, op } from "@residual/core"
 * op.shiftRight(constant([8, 16], { dtype: "u32" }), 3).type.dtype // => "u32"
 * ```
 */
export const shiftRight: Comparison = binary(shiftRightOp)
