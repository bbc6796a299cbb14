/**
 * How far, in units in the last place, a float64 implementation of each function is assumed to lie from the exact
 * value: the assumption under which the bounds of `intervalArithmetic` hold. Sums, products, quotients, square roots,
 * floor, round and maximum are not here: IEEE 754 fixes them.
 *
 * With u ulp, bounds move 2u steps out from the values computed at the ends: u for those values' own error, so that
 * the exact result is inside, and u more, so that any implementation that honours the assumption is. Values that are
 * exact everywhere (exp 0 = 1, log 1 = 0, an odd function's 0 at 0) are assumed exact, and not crossed.
 *
 * ```ts
 * import { assumedUlp } from "@residual/core"
 * assumedUlp.exp // => 1
 * ```
 */
export const assumedUlp = {
  exp: 1,
  expm1: 1,
  log: 1,
  log1p: 1,
  sin: 1,
  cos: 1,
  atan: 1,
  tanh: 3,
  erf: 2,
  pow: 2
} as const
