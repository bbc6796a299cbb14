/**
 * The floored remainder a - ⌊a/b⌋·b, whose sign is the divisor's; a remainder of zero keeps the dividend's sign. NaN
 * for a zero divisor and for an infinite dividend.
 *
 * ```ts
 * import { flooredModulus } from "@residual/core"
 * [flooredModulus(-7, 3), flooredModulus(7, -3)] // => [2, -2]
 * ```
 */
export const flooredModulus = (dividend: number, divisor: number): number => {
  const remainder = dividend % divisor
  return remainder !== 0 && remainder < 0 !== divisor < 0 ? remainder + divisor : remainder
}
