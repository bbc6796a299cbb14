import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { nadam } from "../src/index.ts"

/** Keeps nearly all, so that the product of its momenta takes some hundred thousand steps to vanish. */
const slow = { beta1: 0.9999, momentumDecay: 1 }

describe("the numbers of nadam", () => {
  test.prop([fc.array(fc.nat(300), { minLength: 1, maxLength: 12 })])(
    "are the same in whatever order steps are asked for",
    (steps) => {
      const optimiser = nadam(slow)
      for (const step of steps) {
        assert.deepStrictEqual(
          optimiser.scalars({ rate: 0.1, step }),
          nadam(slow).scalars({ rate: 0.1, step }),
          `step ${step}`
        )
      }
    }
  )

  it("read as many momenta in a late step as in an early one", () => {
    let read = 0
    const beta1 = (step: number): number => {
      read++
      return 0.9999 - 1e-9 * step
    }
    const optimiser = nadam({ ...slow, beta1 })
    const readAt = (step: number): number => {
      const before = read
      optimiser.scalars({ rate: 0.1, step })
      return read - before
    }
    const all = Array.from({ length: 2_000 }, (_, step) => readAt(step))
    assert.deepStrictEqual(new Set(all), new Set([all[0]]))
  })
})
