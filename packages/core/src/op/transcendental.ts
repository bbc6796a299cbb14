import { add, div, mul, neg } from "./arithmetic.ts"
import { exp } from "./exponential.ts"
import { type Unary, unary, unaryOp } from "./operand.ts"

export const sinOp = unaryOp("sin", "r · cos x", (r, x) => mul(r, cos(x)))

/**
 * The sine of an angle in radians. Shape: `[...]` -> `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.sin(input("angle", [2])).type.shape // => [2]
 * ```
 */
export const sin: Unary = unary(sinOp)

export const cosOp = unaryOp("cos", "-r · sin x", (r, x) => neg(mul(r, sin(x))))

/**
 * The cosine of an angle in radians. Shape: `[...]` -> `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.cos(input("angle", [2])).type.shape // => [2]
 * ```
 */
export const cos: Unary = unary(cosOp)

export const atanOp = unaryOp("atan", "r / (1 + x²)", (r, x) => div(r, add(mul(x, x), 1)))

/**
 * The angle in radians, from -π/2 to π/2, whose tangent is the value. Shape: `[...]` -> `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.atan(input("x", [2])).type.shape // => [2]
 * ```
 */
export const atan: Unary = unary(atanOp)

export const tanhOp = unaryOp("tanh", "r · (1 - y²)", (r, _, y) => mul(r, add(neg(mul(y, y)), 1)))

/**
 * The hyperbolic tangent. Shape: `[...]` -> `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.tanh(input("x", [2])).type.shape // => [2]
 * ```
 */
export const tanh: Unary = unary(tanhOp)

export const erfOp = unaryOp("erf", "r · 2/√π · exp(-x²)", (r, x) =>
  mul(r, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))
)

/**
 * The error function, 2/√π · ∫₀ˣ exp(-t²) dt. Shape: `[...]` -> `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.erf(input("x", [2])).type.shape // => [2]
 * ```
 */
export const erf: Unary = unary(erfOp)
