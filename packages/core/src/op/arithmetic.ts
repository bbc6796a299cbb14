import { equal, less } from "./compare.ts"
import { isNumeric } from "./leaf.ts"
import { type Binary, binary, binaryOp, type Unary, unary, unaryOp } from "./operand.ts"
import { round } from "./rounding.ts"
import { where } from "./where.ts"

export const negOp = unaryOp("neg", "-r", (r) => neg(r), isNumeric)

/**
 * The negative. Shape: `[...]` -> `[...]`; integers wrap around.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.neg(input("x", [2])).type.shape // => [2]
 * ```
 */
export const neg: Unary = unary(negOp)

export const addOp = binaryOp("add", "r ; r", (r) => [r, r])

/**
 * The sum of two values. Shape: operands broadcast. Throws a `ShapeError` where they do not.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.add(input("x", [2, 3]), 1).type.shape // => [2, 3]
 * ```
 */
export const add: Binary = binary(addOp)

export const mulOp = binaryOp("mul", "r · b ; r · a", (r, a, b) => [mul(r, b), mul(r, a)])

/**
 * The product of two values, element by element. Shape: operands broadcast. Throws a `ShapeError` where they do not.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.mul(input("x", [2, 3]), input("scale", [2, 3])).type.shape // => [2, 3]
 * ```
 */
export const mul: Binary = binary(mulOp)

export const divOp = binaryOp("div", "r / b ; -r · y / b", (r, _, b, y) => [div(r, b), neg(mul(r, div(y, b)))])

/**
 * The quotient. Integers divide towards zero, and give 0 for a divisor of 0. Shape: operands broadcast. Throws a
 * `ShapeError` where they do not.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.div(input("x", [2]), 2).type.shape // => [2]
 * ```
 */
export const div: Binary = binary(divOp)

export const modOp = binaryOp("mod", "r ; -r · ⌊a / b⌋", (r, a, b, y) => [
  r,
  neg(mul(r, round(div(add(a, neg(y)), b))))
])

/**
 * The remainder of the division that rounds down, so it has the sign of the divisor, as in Python; an integer divisor
 * of 0 gives 0. Shape: operands broadcast. Throws a `ShapeError` where they do not.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.mod(input("x", [2]), 2).type.shape // => [2]
 * ```
 */
export const mod: Binary = binary(modOp)

export const maximumOp = binaryOp("maximum", "r where a > b ; r where b > a ; half each where equal", (r, a, b) => [
  where(less(b, a), r, where(equal(a, b), mul(r, 0.5), 0)),
  where(less(a, b), r, where(equal(a, b), mul(r, 0.5), 0))
])

/**
 * The greater of two values; NaN where either is NaN. Where they are equal, the residual is shared equally. Shape:
 * operands broadcast. Throws a `ShapeError` where they do not.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.maximum(input("x", [2]), 0).type.shape // => [2]
 * ```
 */
export const maximum: Binary = binary(maximumOp)
