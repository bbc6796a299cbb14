/**
 * How float results are kept: `exact` keeps every one as the arithmetic gives it (float64 for numbers), `rounded` rounds
 * each op's result to its element type. Sums inside one op are not rounded on the way.
 *
 * ```ts
 * import { evaluate } from "@residual/backends/reference"
 * import { input, op } from "@residual/core"
 * const y = op.mul(input("x", []), 1)
 * evaluate({ y }, { x: 0.1 }, "rounded").y.data // => Float64Array.of(Math.fround(0.1))
 * ```
 */
export type Mode = "exact" | "rounded"
