// From 2⁵² on every float64 is an integer, so adding and subtracting it rounds to one, by the hardware's rule.
const firstIntegersOnly = 2 ** 52

/**
 * The nearest integer, ties to the even one; the sign of zero, NaN and infinities are kept.
 *
 * ```ts
 * import { roundHalfEven } from "@residual/core"
 * [0.5, 1.5, 2.5, -1.5].map(roundHalfEven) // => [0, 2, 2, -2]
 * ```
 */
export const roundHalfEven = (x: number): number => {
  if (x > 0) return x < firstIntegersOnly ? x + firstIntegersOnly - firstIntegersOnly : x
  if (x < 0) return x > -firstIntegersOnly ? -(-x + firstIntegersOnly - firstIntegersOnly) : x
  return x
}
