const smallest = Number.MIN_VALUE
const largest = Number.MAX_VALUE
// Below this floats are one `smallest` apart.
const evenlySpacedBelow = 2 ** -1021
// From here up a step of 2⁻⁵³(1 + 2⁻⁵²)·|x| is itself a normal number, and x plus it rounds to x's neighbour:
// S. M. Rump, P. Zimmermann, S. Boldo and G. Melquiond, "Computing predecessor and successor in rounding to nearest",
// BIT 49 (2009). Arithmetic rather than bits, so that no scratch buffer is shared or allocated.
const stepIsNormalFrom = 2 ** -960
const step = 2 ** -53 * (1 + 2 ** -52)
const scale = 2 ** 100

const largest32 = (2 - 2 ** -23) * 2 ** 127
const smallest32 = 2 ** -149
const step32 = 2 ** -24 * (1 + 2 ** -20)

/**
 * The next larger float64: the smallest one above x. -0 counts as 0; ∞ and NaN have none and stay.
 *
 * ```ts
 * import { nextUp } from "@residual/core"
 * [nextUp(1) - 1 === Number.EPSILON, nextUp(0) === Number.MIN_VALUE, nextUp(Number.MAX_VALUE)] // => [true, true, Infinity]
 * ```
 */
export const nextUp = (x: number): number => {
  const magnitude = Math.abs(x)
  if (magnitude >= stepIsNormalFrom) {
    if (magnitude === Infinity) return x > 0 ? x : -largest
    return x + step * magnitude
  }
  if (magnitude < evenlySpacedBelow) return x + smallest
  return (x * scale + step * (magnitude * scale)) / scale
}

/**
 * The next smaller float64: the largest one below x.
 *
 * ```ts
 * import { nextDown } from "@residual/core"
 * [nextDown(0) === -Number.MIN_VALUE, nextDown(Infinity) === Number.MAX_VALUE] // => [true, true]
 * ```
 */
export const nextDown = (x: number): number => -nextUp(-x)

/**
 * The float64 that lies `count` steps above x.
 *
 * ```ts
 * import { stepsUp } from "@residual/core"
 * stepsUp(1, 3) - 1 === 3 * Number.EPSILON // => true
 * ```
 */
export const stepsUp = (x: number, count: number): number => {
  let result = x
  for (let taken = 0; taken < count; taken++) result = nextUp(result)
  return result
}

/**
 * The float64 that lies `count` steps below x.
 *
 * ```ts
 * import { stepsDown } from "@residual/core"
 * stepsDown(1, 2) === 1 - Number.EPSILON // => true
 * ```
 */
export const stepsDown = (x: number, count: number): number => -stepsUp(-x, count)

/**
 * The smallest float32 that is not below x.
 *
 * ```ts
 * import { float32Above } from "@residual/core"
 * [float32Above(0.5), float32Above(1 + 2 ** -30) === 1 + 2 ** -23, float32Above(1e39)] // => [0.5, true, Infinity]
 * ```
 */
export const float32Above = (x: number): number => {
  const nearest = Math.fround(x)
  if (!(nearest < x)) return nearest
  if (nearest === -Infinity) return -largest32
  return Math.fround(nearest + Math.max(Math.abs(nearest) * step32, smallest32))
}

/**
 * The largest float32 that is not above x.
 *
 * ```ts
 * import { float32Below } from "@residual/core"
 * [float32Below(0.5), float32Below(1 - 2 ** -30) === 1 - 2 ** -24] // => [0.5, true]
 * ```
 */
export const float32Below = (x: number): number => -float32Above(-x)
