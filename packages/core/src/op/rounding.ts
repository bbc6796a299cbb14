import { type Unary, unary, unaryOp } from "./operand.ts"

export const floorOp = unaryOp("floor", "none", "none")

/**
 * The greatest whole number that is not greater. It is piecewise constant, so it has no residual. Shape: `[...]` ->
 * `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.floor(input("x", [2])).type.shape // => [2]
 * ```
 */
export const floor: Unary = unary(floorOp)

export const roundOp = unaryOp("round", "none", "none")

/**
 * The nearest whole number, the even one of two equally near (IEEE 754). It is piecewise constant, so it has no
 * residual. Shape: `[...]` -> `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.round(input("x", [2])).type.shape // => [2]
 * ```
 */
export const round: Unary = unary(roundOp)
