import type { AnyExpr } from "../expr.ts"
import { add, div, maximum, mul, neg } from "./arithmetic.ts"
import { less } from "./compare.ts"
import { unaryComposite } from "./elementwiseComposite.ts"
import { exp, expm1, log, log1p, sqrt } from "./exponential.ts"
import { fill } from "./leaf.ts"
import type { Unary } from "./operand.ts"
import { reciprocal } from "./power.ts"
import { abs, minimum, sign, sub } from "./sign.ts"
import { where } from "./where.ts"

/**
 * The hyperbolic sine, accurate near 0 and as far as it is finite. Shape: `[...]` -> `[...]`. Throws a `ShapeError` for
 * other types than floats.
 *
 * With p = exp(x/2) it is (p - 1/p)(p + 1/p) / 2, where p - 1/p is (p - 1)(1 + 1/p).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.sinh(input("x", [2])).type.shape // => [2]
 * ```
 */
export const sinh: Unary = unaryComposite("sinh", {
  rule: "r · cosh x",
  body: (x) => {
    const half = mul(x, 0.5)
    const p = exp(half)
    const inverse = reciprocal(p)
    return mul(mul(mul(expm1(half), add(inverse, 1)), 0.5), add(p, inverse))
  },
  backward: (r, x) => mul(r, cosh(x))
})

/**
 * The hyperbolic cosine, as far as it is finite. Shape: `[...]` -> `[...]`. Throws a `ShapeError` for other types than
 * floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.cosh(input("x", [2])).type.shape // => [2]
 * ```
 */
export const cosh: Unary = unaryComposite("cosh", {
  rule: "r · sinh x",
  // exp(x/2)², and halved in between, so that exp(x) alone cannot overflow.
  body: (x) => {
    const p = exp(mul(x, 0.5))
    const halfInverse = div(fill(0.5, x.type), p)
    return add(mul(mul(p, 0.5), p), div(halfInverse, p))
  },
  backward: (r, x) => mul(r, sinh(x))
})

/** From here on x² + 1 and x² - 1 are x² to the last bit, in f64 as in f32, and x² is far from overflowing. */
const large = 2 ** 28

/** `small(x)` up to `large`, and log 2x beyond, where the square of x might overflow. */
const logarithmic = (x: AnyExpr, small: (held: AnyExpr) => AnyExpr): AnyExpr =>
  where(less(fill(large, x.type), x), add(log(x), Math.LN2), small(minimum(x, large)))

/** √(1 + x²) without overflow: the longer leg times the root of 1 + (shorter / longer)². */
const hypotenuse = unaryComposite("hypotenuse", {
  rule: "r · x / y",
  body: (x) => {
    const longer = maximum(abs(x), 1)
    const ratio = div(minimum(abs(x), 1), longer)
    return mul(longer, sqrt(add(mul(ratio, ratio), 1)))
  },
  backward: (r, x, y) => mul(r, div(x, y))
})

/**
 * The inverse of `sinh`, accurate near 0 and for the largest numbers. Shape: `[...]` -> `[...]`. Throws a `ShapeError`
 * for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.asinh(input("x", [2])).type.shape // => [2]
 * ```
 */
export const asinh: Unary = unaryComposite("asinh", {
  rule: "r / √(1 + x²)",
  body: (x) => {
    const magnitude = logarithmic(abs(x), (a) => {
      const squared = mul(a, a)
      return log1p(add(a, div(squared, add(sqrt(add(squared, 1)), 1))))
    })
    return mul(sign(x), magnitude)
  },
  backward: (r, x) => div(r, hypotenuse(x))
})

/**
 * The inverse of `cosh` that is not negative, accurate near 1 and for the largest numbers; NaN below 1. Shape: `[...]`
 * -> `[...]`. Throws a `ShapeError` for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.acosh(input("x", [2])).type.shape // => [2]
 * ```
 */
export const acosh: Unary = unaryComposite("acosh", {
  rule: "r / √(x² - 1)",
  body: (x) =>
    logarithmic(x, (held) => {
      const above = add(held, -1)
      return log1p(add(above, mul(sqrt(above), sqrt(add(held, 1)))))
    }),
  backward: (r, x) => div(div(r, sqrt(add(x, -1))), sqrt(add(x, 1)))
})

/**
 * The inverse of `tanh`: infinite at ±1, NaN outside. Shape: `[...]` -> `[...]`. Throws a `ShapeError` for other types
 * than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.atanh(input("x", [2])).type.shape // => [2]
 * ```
 */
export const atanh: Unary = unaryComposite("atanh", {
  rule: "r / (1 - x²)",
  body: (x) => mul(sub(log1p(x), log1p(neg(x))), 0.5),
  backward: (r, x) => div(div(r, sub(fill(1, x.type), x)), add(x, 1))
})
