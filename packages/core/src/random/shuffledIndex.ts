import { RandomError } from "./randomError.ts"
import type { HostKey } from "./threefry.ts"
import { threefry2x32 } from "./threefry.ts"

// With fewer the orders of short ranges are measurably unequal: at 16 rounds those of six elements still are.
const rounds = 24
const mostElements = 2 ** 52

/**
 * Where a keyed shuffle of n elements puts its `index`-th one: a bijection of the integers below n, computed one index
 * at a time and without memory, so that an epoch of any length is shuffled as it is read.
 *
 * A Feistel network on the cells of a rectangle just large enough for n (as in J. Black and P. Rogaway, "Ciphers with
 * arbitrary finite domains", 2002), whose round function is Threefry; a cell beyond n is mapped again until it is below.
 * Throws a `RandomError` unless 0 ≤ index < n ≤ 2⁵².
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * const key = HostRandom.keyFromSeed(0)
 * const epoch = [0, 1, 2, 3].map((index) => HostRandom.shuffledIndex(key, 4, index))
 * epoch.toSorted() // => [0, 1, 2, 3]
 * ```
 */
export const shuffledIndex = ([key0, key1]: HostKey, n: number, index: number): number => {
  if (!Number.isSafeInteger(n) || n < 1 || n > mostElements) {
    throw new RandomError("shuffledIndex", n, "between 1 and 2⁵² elements")
  }
  if (!Number.isSafeInteger(index) || index < 0 || index >= n) {
    throw new RandomError("shuffledIndex", index, `an index from 0 to ${n - 1}`)
  }
  // Of a rectangle with two odd sides the network would reach even permutations only.
  const width = 2 * Math.ceil(Math.sqrt(n) / 2)
  const height = Math.ceil(n / width)

  const drawn = (round: number, half: number, choices: number): number => {
    const [y0, y1] = threefry2x32(key0, key1, round, half)
    return ((y0 >>> 5) * 2 ** 26 + (y1 >>> 6)) % choices
  }
  const mapped = (cell: number): number => {
    let row = Math.floor(cell / width)
    let column = cell % width
    for (let round = 0; round < rounds; round += 2) {
      row = (row + drawn(round, column, height)) % height
      column = (column + drawn(round + 1, row, width)) % width
    }
    return row * width + column
  }

  let cell = mapped(index)
  while (cell >= n) cell = mapped(cell)
  return cell
}
