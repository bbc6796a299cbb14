import { assert, describe, it } from "@effect/vitest"
import { HostRandom } from "@residual/core"
import { type SamplingOptions, sampleToken } from "../src/index.ts"

const draws = (logits: ReadonlyArray<number>, options?: SamplingOptions, count = 4000): ReadonlyArray<number> => {
  const counts = logits.map(() => 0)
  const key = HostRandom.keyFromSeed(3)
  for (let at = 0; at < count; at++) {
    const token = sampleToken(logits, HostRandom.foldIn(key, at), options)
    counts[token] = (counts[token] as number) + 1
  }
  return counts.map((drawn) => drawn / count)
}

const assertNear = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>) => {
  // Five standard deviations of a share of 4000 draws.
  for (const [at, share] of expected.entries()) assert.closeTo(actual[at] as number, share, 0.04)
}

describe("drawing a token", () => {
  it("follows the softmax of the logits", () => {
    assertNear(draws([Math.log(0.5), Math.log(0.2), Math.log(0.3)]), [0.5, 0.2, 0.3])
    assertNear(draws([1000, 1000 + Math.log(3), -1000]), [0.25, 0.75, 0])
  })

  it("sharpens and flattens with the temperature, and is greedy at 0", () => {
    const logits = [Math.log(0.2), Math.log(0.8)]
    assertNear(draws(logits, { temperature: 0.5 }), [0.04 / 0.68, 0.64 / 0.68])
    assertNear(draws(logits, { temperature: 1e9 }), [0.5, 0.5])
    assert.deepStrictEqual(draws([1, 5, 5, 2], { temperature: 0 }, 50), [0, 1, 0, 0])
  })

  it("draws from the largest logits alone, the first of equal ones", () => {
    const [, second, third, last] = draws([0, 1, 1, 0], { topK: 2 })
    assert.deepStrictEqual([last, draws([0, 1, 1, 0], { topK: 1 }, 50)[1]], [0, 1])
    assertNear([second as number, third as number], [0.5, 0.5])
    assertNear(draws([2, 2], { topK: 9 }), [0.5, 0.5])
  })

  it("never draws what is impossible or not a number", () => {
    assert.deepStrictEqual(draws([Number.NaN, Number.NEGATIVE_INFINITY, 0], undefined, 50), [0, 0, 1])
    assert.deepStrictEqual(draws([Number.POSITIVE_INFINITY, 0], undefined, 50), [1, 0])
    assert.deepStrictEqual(draws([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], { temperature: 0 }, 50), [1, 0])
  })

  it("is decided by the key", () => {
    const at = (seed: number) => sampleToken(new Float64Array(1000), HostRandom.keyFromSeed(seed))
    assert.strictEqual(at(1), at(1))
    assert.notStrictEqual(at(1), at(2))
  })
})
