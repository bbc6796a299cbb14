import { fc, test } from "@fast-check/vitest"
import { describe, expect, it } from "vitest"
import { RandomError } from "../../src/random/randomError.ts"
import { shuffledIndex } from "../../src/random/shuffledIndex.ts"
import { keyFromSeed } from "../../src/random/threefry.ts"

const shuffled = (seed: number, n: number): ReadonlyArray<number> =>
  Array.from({ length: n }, (_, index) => shuffledIndex(keyFromSeed(seed), n, index))

const isBijection = (images: ReadonlyArray<number>): boolean =>
  new Set(images).size === images.length && images.every((image) => image >= 0 && image < images.length)

describe("shuffledIndex", () => {
  it("is a bijection for every length from 1 to 300", () => {
    for (let n = 1; n <= 300; n++) expect(isBijection(shuffled(n, n)), `n = ${n}`).toBe(true)
  })

  test.prop([fc.maxSafeInteger(), fc.integer({ min: 1, max: 2000 })], { numRuns: 20 })(
    "is a bijection under any key",
    (seed, n) => {
      expect(isBijection(shuffled(seed, n))).toBe(true)
    }
  )

  test.prop([fc.maxSafeInteger(), fc.integer({ min: 2 ** 20, max: 2 ** 52 })])(
    "keeps a stretch of a long range distinct and inside",
    (seed, n) => {
      const key = keyFromSeed(seed)
      const images = Array.from({ length: 50 }, (_, index) => shuffledIndex(key, n, n - 1 - index))
      expect(new Set(images).size).toBe(50)
      for (const image of images) expect(Number.isSafeInteger(image) && image >= 0 && image < n).toBe(true)
    }
  )

  it("leaves no trace of the order", () => {
    const n = 20000
    const images = shuffled(7, n)
    const mean = (n - 1) / 2
    const variance = (n * n - 1) / 12
    const correlation = (lag: number) =>
      images.reduce((sum, image, index) => sum + (image - mean) * ((images[(index + lag) % n] ?? 0) - mean), 0) /
      (n * variance)
    const withIndex = images.reduce((sum, image, index) => sum + (image - mean) * (index - mean), 0) / (n * variance)
    // Five standard deviations of a random permutation's correlations, 1/√n each.
    const limit = 5 / Math.sqrt(n)
    for (const lag of [1, 2, 3, 142]) expect(Math.abs(correlation(lag))).toBeLessThan(limit)
    expect(Math.abs(withIndex)).toBeLessThan(limit)
  })

  // Pearson's statistic of keys' outcomes, each expected 100 times, within five standard deviations of its mean.
  const expectEquallyOften = (outcomes: number, outcomeOf: (seed: number) => string) => {
    const counts = new Map<string, number>()
    for (let seed = 0; seed < outcomes * 100; seed++) {
      const outcome = outcomeOf(seed)
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    }
    expect(counts.size).toBe(outcomes)
    const statistic = [...counts.values()].reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0)
    expect(statistic).toBeLessThan(outcomes - 1 + 5 * Math.sqrt(2 * (outcomes - 1)))
  }

  it.each([
    [2, 2],
    [3, 6],
    [4, 24],
    [5, 120],
    [6, 720]
  ])("of %d elements takes each of the %d orders equally often", (n, orders) => {
    expectEquallyOften(orders, (seed) => shuffled(seed, n).join())
  })

  it.each([9, 10, 15])("of %d elements takes any two of them to each pair of places equally often", (n) => {
    expectEquallyOften(n * (n - 1), (seed) => [2, 7].map((index) => shuffledIndex(keyFromSeed(seed), n, index)).join())
  })

  it("refuses what is out of range", () => {
    expect(() => shuffledIndex([0, 0], 0, 0)).toThrowError(RandomError)
    expect(() => shuffledIndex([0, 0], 2 ** 53, 0)).toThrowError(RandomError)
    expect(() => shuffledIndex([0, 0], 5, 5)).toThrowError("shuffledIndex(5): expected an index from 0 to 4")
    expect(() => shuffledIndex([0, 0], 5, 0.5)).toThrowError(RandomError)
  })
})
