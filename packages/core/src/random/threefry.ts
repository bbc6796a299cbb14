import { RandomError } from "./randomError.ts"

/**
 * A random key on the host: two 32-bit words. The same key always draws the same numbers, and keys derived from one
 * another by `split` or `foldIn` draw independent ones.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * const key: HostRandom.HostKey = [0, 42]
 * HostRandom.bits32(key, 0) === HostRandom.bits32(HostRandom.keyFromSeed(42), 0) // => true
 * ```
 */
export type HostKey = readonly [number, number]

const parity = 0x1bd11bda
const twoTo32 = 2 ** 32

const rotateLeft = (x: number, count: number): number => (x << count) | (x >>> (32 - count))

/**
 * Threefry-2x32 with 20 rounds: a keyed bijection of pairs of 32-bit words whose outputs are statistically independent
 * of the counters that went in. All four inputs and both outputs are unsigned 32-bit integers.
 *
 * J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * HostRandom.threefry2x32(0, 0, 0, 0) // => [0x6b200159, 0x99ba4efe]
 * ```
 */
export const threefry2x32 = (
  key0: number,
  key1: number,
  counter0: number,
  counter1: number
): readonly [number, number] => {
  let now = key1
  let next = key0 ^ key1 ^ parity
  let afterNext = key0
  let x0 = (counter0 + key0) | 0
  let x1 = (counter1 + key1) | 0
  for (let group = 0; group < 5; group++) {
    const isOdd = group % 2 === 1
    x0 = (x0 + x1) | 0
    x1 = rotateLeft(x1, isOdd ? 17 : 13) ^ x0
    x0 = (x0 + x1) | 0
    x1 = rotateLeft(x1, isOdd ? 29 : 15) ^ x0
    x0 = (x0 + x1) | 0
    x1 = rotateLeft(x1, isOdd ? 16 : 26) ^ x0
    x0 = (x0 + x1) | 0
    x1 = rotateLeft(x1, isOdd ? 24 : 6) ^ x0
    x0 = (x0 + now) | 0
    x1 = (x1 + next + group + 1) | 0
    const used = now
    now = next
    next = afterNext
    afterNext = used
  }
  return [x0 >>> 0, x1 >>> 0]
}

/** The block that a key draws at a 53-bit position: the counter's words are the position's high and low 32 bits. */
export const blockAt = ([key0, key1]: HostKey, position: number): readonly [number, number] =>
  threefry2x32(key0, key1, Math.floor(position / twoTo32), position >>> 0)

/**
 * The key of a seed: its two's complement in 64 bits, as JAX's `PRNGKey` has it. Throws a `RandomError` for a seed that
 * is not a safe integer.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * HostRandom.keyFromSeed(2 ** 32 + 7) // => [1, 7]
 * ```
 */
export const keyFromSeed = (seed: number): HostKey => {
  if (!Number.isSafeInteger(seed)) throw new RandomError("keyFromSeed", seed, "a safe integer")
  return [Math.floor(seed / twoTo32) >>> 0, seed >>> 0]
}

/**
 * `count` keys derived from one, each independent of the others and of it: the blocks at positions 0, 1, … (JAX's
 * partitionable `split`, so that the first keys do not depend on the count). Throws a `RandomError` for a count that is
 * not a natural number.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * HostRandom.split([0, 0], 2) // => [[1797259609, 2579123966], [928981903, 3453687069]]
 * ```
 */
export const split = (key: HostKey, count = 2): ReadonlyArray<HostKey> => {
  if (!Number.isSafeInteger(count) || count < 0) throw new RandomError("split", count, "a natural number of keys")
  return Array.from({ length: count }, (_, position) => blockAt(key, position))
}

/**
 * The key derived from another by a 32-bit integer, as JAX's `fold_in` derives it: for what is numbered (a step, a row)
 * or named (`hashPath`).
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * HostRandom.foldIn([0, 0], 1) // => [928981903, 3453687069]
 * ```
 */
export const foldIn = ([key0, key1]: HostKey, data: number): HostKey => threefry2x32(key0, key1, 0, data >>> 0)

/**
 * The 32 random bits of a key at an index, as an unsigned integer: the exclusive or of the block's two words, as JAX's
 * partitionable random bits have it.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * HostRandom.bits32([0, 0], 0) // => 4070199207
 * ```
 */
export const bits32 = (key: HostKey, index: number): number => {
  const [y0, y1] = blockAt(key, index)
  return (y0 ^ y1) >>> 0
}
