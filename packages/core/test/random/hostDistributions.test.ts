import { fc, test } from "@fast-check/vitest"
import { describe, expect, it } from "vitest"
import { normal, permutation, truncatedNormal, uniform } from "../../src/random/hostDistributions.ts"
import { RandomError } from "../../src/random/randomError.ts"
import { keyFromSeed, threefry2x32 } from "../../src/random/threefry.ts"
import { erf } from "../../src/scalar/erf.ts"

const key = keyFromSeed(2024)
const count = 20000

// Kolmogorov's distance to a distribution function; five in a million random samples exceed 2.55/√n.
const distance = (sample: Float64Array, cumulative: (x: number) => number): number =>
  sample
    .toSorted()
    .reduce(
      (worst, x, index, { length }) =>
        Math.max(worst, (index + 1) / length - cumulative(x), cumulative(x) - index / length),
      0
    )
const limit = 2.55 / Math.sqrt(count)
const normalCumulative = (x: number) => (1 + erf(x / Math.SQRT2)) / 2

describe("uniform", () => {
  it("takes 53 bits of each block", () => {
    const [y0, y1] = threefry2x32(...key, 0, 3)
    expect(uniform(key, 5)[3]).toBe(((y0 >>> 5) * 2 ** 26 + (y1 >>> 6)) / 2 ** 53)
  })

  it("is uniform", () => {
    expect(distance(uniform(key, count), (x) => x)).toBeLessThan(limit)
  })

  test.prop([fc.maxSafeInteger(), fc.nat(30), fc.nat(30)])(
    "draws the same first numbers for any count",
    (seed, few, more) => {
      const numbers = uniform(keyFromSeed(seed), few + more)
      expect(numbers.slice(0, few)).toEqual(uniform(keyFromSeed(seed), few))
      for (const u of numbers) expect(u >= 0 && u < 1).toBe(true)
    }
  )

  it.each([-1, 0.5, NaN])("refuses a count of %d", (bad) => {
    expect(() => uniform(key, bad)).toThrowError(new RandomError("uniform", bad, "a natural number"))
  })
})

describe("normal", () => {
  const sample = normal(key, count)

  it("is normal", () => {
    expect(distance(sample, normalCumulative)).toBeLessThan(limit)
  })

  it("has mean 0 and variance 1", () => {
    const mean = sample.reduce((sum, x) => sum + x, 0) / count
    const variance = sample.reduce((sum, x) => sum + x * x, 0) / count - mean * mean
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(count))
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / count))
  })

  it("orders as its uniforms do, and maps them back", () => {
    const uniforms = uniform(key, 100)
    for (const [index, x] of normal(key, 100).entries()) {
      expect(normalCumulative(x)).toBeCloseTo(uniforms[index] ?? NaN, 14)
    }
  })
})

describe("truncatedNormal", () => {
  it.each([
    [-2, 2],
    [0, 1],
    [-1, 3],
    [1, 3],
    [-9, -8],
    [8, 9],
    [-0.5, Infinity]
  ])("is normal between %d and %d", (low, high) => {
    // The probability below x, from the tail that keeps its digits.
    const [sign, first, last] = low > 0 ? [-1, -low, -high] : [1, low, high]
    const sample = truncatedNormal(key, count, low, high).map((x) => sign * x)
    const tail = (x: number) =>
      x < -5 ? (-Math.exp((-x * x) / 2) / x) * (1 - 1 / x ** 2 + 3 / x ** 4 - 15 / x ** 6) : NaN
    const mass = low < -5 || low > 5 ? tail : normalCumulative
    expect(
      distance(sample, (x) => {
        const part = (mass(x) - mass(first)) / (mass(last) - mass(first))
        return sign > 0 ? part : 1 - part
      })
    ).toBeLessThan(limit)
    expect(sample.every((x) => sign * x >= low && sign * x <= high)).toBe(true)
  })

  it("is antisymmetric in its bounds", () => {
    expect(truncatedNormal(key, 5, -Infinity, Infinity)).toEqual(normal(key, 5))
  })

  it("refuses empty ranges", () => {
    expect(() => truncatedNormal(key, 1, 2, 2)).toThrowError(
      new RandomError("truncatedNormal", 2, "a lower bound below 2")
    )
    expect(() => truncatedNormal(key, 1, 50, 60)).toThrowError(RandomError)
    expect(() => truncatedNormal(key, 1, NaN, 1)).toThrowError(RandomError)
  })
})

describe("permutation", () => {
  test.prop([fc.maxSafeInteger(), fc.nat(300)])("holds every index once", (seed, n) => {
    expect(permutation(keyFromSeed(seed), n).toSorted()).toEqual(Uint32Array.from({ length: n }, (_, index) => index))
  })

  // Pearson's statistic over the 24 orders, each expected 200 times; its limit is the mean and five standard deviations.
  it("takes every order equally often", () => {
    const counts = new Map<string, number>()
    for (let seed = 0; seed < 24 * 200; seed++) {
      const order = permutation(keyFromSeed(seed), 4).join()
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    const statistic = [...counts.values()].reduce((sum, times) => sum + (times - 200) ** 2 / 200, 0)
    expect(counts.size).toBe(24)
    expect(statistic).toBeLessThan(23 + 5 * Math.sqrt(2 * 23))
  })

  it("refuses what is no length", () => {
    expect(() => permutation(key, -1)).toThrowError(RandomError)
    expect(() => permutation(key, 2 ** 33)).toThrowError(RandomError)
  })
})
