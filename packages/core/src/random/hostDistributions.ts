import { erf, erfc } from "../scalar/erf.ts"
import { erfcinv, erfinv } from "../scalar/erfinv.ts"
import { RandomError } from "./randomError.ts"
import type { HostKey } from "./threefry.ts"
import { blockAt } from "./threefry.ts"

const cells = 2 ** 53
const twoTo32 = 2 ** 32

// A 53-bit integer from the two words of the block at a position.
const cellAt = (key: HostKey, position: number): number => {
  const [y0, y1] = blockAt(key, position)
  return (y0 >>> 5) * 2 ** 26 + (y1 >>> 6)
}

const checkedCount = (operation: string, count: number): number => {
  if (!Number.isSafeInteger(count) || count < 0) throw new RandomError(operation, count, "a natural number")
  return count
}

const draws = (operation: string, count: number, drawAt: (position: number) => number): Float64Array =>
  Float64Array.from({ length: checkedCount(operation, count) }, (_, position) => drawAt(position))

/**
 * `count` numbers uniform in [0, 1), multiples of 2⁻⁵³.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * HostRandom.uniform(HostRandom.keyFromSeed(0), 3).every((u) => u >= 0 && u < 1) // => true
 * ```
 */
export const uniform = (key: HostKey, count: number): Float64Array =>
  draws("uniform", count, (position) => cellAt(key, position) / cells)

/**
 * `count` numbers from the standard normal distribution: √2·erf⁻¹ of the middles of 2⁵³ equal cells of (-1, 1), so that
 * no draw is infinite and the distribution is symmetric.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * HostRandom.normal(HostRandom.keyFromSeed(0), 3).every(Number.isFinite) // => true
 * ```
 */
export const normal = (key: HostKey, count: number): Float64Array =>
  draws("normal", count, (position) => Math.SQRT2 * erfinv((2 * cellAt(key, position) + 1 - cells) / cells))

// The normal quantile function between two bounds, of a probability within them.
const truncatedQuantile = (low: number, high: number): ((u: number) => number) => {
  if (high <= 0) {
    const mirrored = truncatedQuantile(-high, -low)
    return (u) => -mirrored(1 - u)
  }
  if (low > 0) {
    // Beyond the middle erf rounds to 1 while erfc keeps its digits.
    const most = erfc(low / Math.SQRT2)
    const least = erfc(high / Math.SQRT2)
    if (most === least) throw new RandomError("truncatedNormal", low, "bounds between which there is probability")
    return (u) => Math.SQRT2 * erfcinv(most + u * (least - most))
  }
  const first = erf(low / Math.SQRT2)
  const last = erf(high / Math.SQRT2)
  return (u) => Math.SQRT2 * erfinv(first + u * (last - first))
}

/**
 * `count` numbers from the standard normal distribution restricted to [low, high], by its quantile function. Throws a
 * `RandomError` unless low < high, and where float64 finds no probability between them (both beyond 38 on one side).
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * HostRandom.truncatedNormal(HostRandom.keyFromSeed(0), 3, -2, 2).every((x) => Math.abs(x) <= 2) // => true
 * ```
 */
export const truncatedNormal = (key: HostKey, count: number, low: number, high: number): Float64Array => {
  if (!(low < high)) throw new RandomError("truncatedNormal", low, `a lower bound below ${high}`)
  const quantile = truncatedQuantile(low, high)
  return draws("truncatedNormal", count, (position) =>
    Math.min(high, Math.max(low, quantile((cellAt(key, position) + 0.5) / cells)))
  )
}

// An integer below `choices`, from 32 random bits at a time: those beyond the largest multiple of the number of choices
// would favour the first ones, and are drawn again from the next 2³² positions.
const choiceAt = (key: HostKey, position: number, choices: number): number => {
  const unbiasedBelow = twoTo32 - (twoTo32 % choices)
  let [bits] = blockAt(key, position)
  for (let attempt = 1; bits >= unbiasedBelow; attempt++) [bits] = blockAt(key, position + attempt * twoTo32)
  return bits % choices
}

/**
 * A random order of the integers below n, every order equally likely: Fisher and Yates's shuffle, inside out. n is at
 * most 2³². Throws a `RandomError` otherwise.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * HostRandom.permutation(HostRandom.keyFromSeed(0), 4).toSorted() // => new Uint32Array([0, 1, 2, 3])
 * ```
 */
export const permutation = (key: HostKey, n: number): Uint32Array => {
  if (checkedCount("permutation", n) > twoTo32) throw new RandomError("permutation", n, "at most 2³² elements")
  const order = new Uint32Array(n)
  for (let index = 0; index < n; index++) {
    const place = choiceAt(key, index, index + 1)
    order.copyWithin(index, place, place + 1)
    order[place] = index
  }
  return order
}
