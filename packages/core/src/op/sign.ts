import { isFloat } from "../dtype.ts"
import { add, maximum, mul, neg } from "./arithmetic.ts"
import { equal, less } from "./compare.ts"
import { binaryComposite, unaryComposite } from "./elementwiseComposite.ts"
import { fill } from "./leaf.ts"
import type { Binary, Unary } from "./operand.ts"
import { where } from "./where.ts"

/**
 * The difference of two values. Shape: operands broadcast; integers wrap around. Throws a `ShapeError` where they do
 * not broadcast, and for bools.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.sub(input("x", [2, 3]), 1).type.shape // => [2, 3]
 * ```
 */
export const sub: Binary = binaryComposite("sub", { rule: "r ; -r", body: (a, b) => add(a, neg(b)) })

/**
 * -1, 0 or 1, as the value is below, at or above 0; NaN at NaN. It is piecewise constant, so it has no residual. Shape:
 * `[...]` -> `[...]`. Throws a `ShapeError` for bools.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.sign(input("x", [2])).type.shape // => [2]
 * ```
 */
export const sign: Unary = unaryComposite("sign", {
  accepted: "numbers",
  rule: "none",
  body: (x) => {
    // What is neither above nor below 0 is its own sign: both zeros and NaN.
    const notNegative = x.type.dtype === "u32" ? x : where(less(x, 0), fill(-1, x.type), x)
    return where(less(fill(0, x.type), x), fill(1, x.type), notNegative)
  },
  backward: "none"
})

/**
 * The magnitude. At 0 it hands on no residual (its derivative there is 0). Shape: `[...]` -> `[...]`; the least `i32`
 * has no counterpart and stays. Throws a `ShapeError` for bools.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.abs(input("x", [2])).type.shape // => [2]
 * ```
 */
export const abs: Unary = unaryComposite("abs", {
  accepted: "numbers",
  rule: "r · sign x",
  body: (x) => (x.type.dtype === "u32" ? x : maximum(x, neg(x))),
  backward: (r, x) => mul(r, sign(x))
})

/**
 * The lesser of two values; NaN where either is NaN. Where they are equal, the residual is shared equally. Shape:
 * operands broadcast. Throws a `ShapeError` where they do not.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.minimum(input("x", [2]), 0).type.shape // => [2]
 * ```
 */
export const minimum: Binary = binaryComposite("minimum", {
  rule: "r where a < b ; r where b < a ; half each where equal",
  body: (a, b) => (isFloat(a.type.dtype) ? neg(maximum(neg(a), neg(b))) : where(less(a, b), a, b)),
  backward: (r, a, b) => {
    const shared = where(equal(a, b), mul(r, 0.5), 0)
    return [where(less(a, b), r, shared), where(less(b, a), r, shared)]
  }
})
