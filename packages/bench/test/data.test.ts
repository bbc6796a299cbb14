import { assert, describe, it } from "@effect/vitest"
import { integers, uniform } from "../src/data/uniform.ts"

describe("the numbers that every system starts from", () => {
  it("come from a linear congruential generator with the constants of Numerical Recipes", () => {
    const first = (1664525 * 1 + 1013904223) / 2 ** 32
    assert.strictEqual(uniform(1, 1)[0], first * 2 - 1)
    assert.strictEqual(integers(1, 1, 100)[0], Math.floor(first * 100))
  })

  it("keep to their bounds, and differ from seed to seed", () => {
    const numbers = uniform(1000, 7, 0.5)
    assert.isTrue(numbers.every((number) => number >= -0.5 && number < 0.5))
    assert.isTrue(integers(1000, 7, 10).every((integer) => integer >= 0 && integer < 10))
    assert.notDeepEqual(numbers, uniform(1000, 8, 0.5))
  })
})
