/**
 * x to the power y as IEEE 754 defines `pow`. ECMAScript's differs where the base is 1 and the exponent NaN, and where
 * the base is ±1 and the exponent infinite: it has NaN there, IEEE 754 has 1.
 *
 * ```ts
 * import { power } from "@residual/core"
 * [power(1, NaN), power(-1, Infinity), power(0, 0), power(2, 10)] // => [1, 1, 1, 1024]
 * ```
 */
export const power = (x: number, y: number): number =>
  x === 1 || (x === -1 && (y === Infinity || y === -Infinity)) ? 1 : x ** y
