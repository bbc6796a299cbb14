import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { histogramOf } from "../../src/index.ts"

const numbers = fc.array(fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 })), { minLength: 1 })

describe("a histogram", () => {
  test.prop([numbers, fc.integer({ min: 1, max: 40 })])(
    "has each finite number in one bucket, its own",
    (given, buckets) => {
      const finite = given.filter(Number.isFinite)
      const { count, limits, counts } = histogramOf(given, buckets)
      assert.strictEqual(count, finite.length)
      const expected = limits.map(
        (limit, at) => finite.filter((x) => x <= limit && (at === 0 || x > (limits[at - 1] as number))).length
      )
      assert.deepStrictEqual(counts, expected)
      assert.strictEqual(
        counts.reduce((a, b) => a + b, 0),
        count
      )
    }
  )

  test.prop([numbers, fc.integer({ min: 1, max: 40 })])("has limits that rise, up to the most", (given, buckets) => {
    const { least, most, limits } = histogramOf(given, buckets)
    const finite = given.filter(Number.isFinite)
    assert.strictEqual(limits.at(-1), most)
    if (finite.length > 0) assert.deepStrictEqual([least, most], [Math.min(...finite) + 0, Math.max(...finite) + 0])
    for (const [at, limit] of limits.entries()) assert.isTrue(at === 0 || limit > (limits[at - 1] as number))
  })

  it("of equal numbers has one bucket, and of none an empty one", () => {
    assert.deepInclude(histogramOf([2, 2, 2]), { limits: [2], counts: [3], sum: 6, sumOfSquares: 12 })
    assert.deepInclude(histogramOf([Number.NaN]), { limits: [0], counts: [0], count: 0 })
  })
})
