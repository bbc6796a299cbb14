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

  it("draws from the fewest tokens that have the asked probability together", () => {
    const logits = [Math.log(0.1), Math.log(0.5), Math.log(0.15), Math.log(0.25)]
    assertNear(draws(logits, { topP: 0.7 }), [0, 2 / 3, 0, 1 / 3])
    assertNear(draws(logits, { topP: 0.8 }), [0, 5 / 9, 1.5 / 9, 2.5 / 9])
    assertNear(draws(logits, { topP: 1 }), [0.1, 0.5, 0.15, 0.25])
    // The most probable one stays, however little is asked for.
    assert.deepStrictEqual(draws(logits, { topP: 1e-9 }, 50), [0, 1, 0, 0])
  })

  it("weighs them as the temperature has left them, among the largest alone", () => {
    // At a temperature of 0.5 the shares are 16, 9 and 4 of 29.
    const logits = [Math.log(4), Math.log(3), Math.log(2)]
    assertNear(draws(logits, { temperature: 0.5, topP: 0.55 }), [1, 0, 0])
    assertNear(draws(logits, { topP: 0.55 }), [4 / 7, 3 / 7, 0])
    assertNear(draws(logits, { topK: 2, topP: 0.56 }), [1, 0, 0])
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
