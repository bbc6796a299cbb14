import { assert, describe, it } from "@effect/vitest"
import { duration } from "../src/run/duration.ts"
import { addLoss, lossCurve, noLosses } from "../src/run/lossCurve.ts"

describe("the loss curve", () => {
  it("is as high as each loss, between the lowest and the highest", () => {
    assert.strictEqual(lossCurve([8, 7, 6, 5, 4, 3, 2, 1], 8), "█▇▆▅▄▃▂▁")
  })

  it("averages what does not fit its width", () => {
    assert.strictEqual(lossCurve([4, 4, 3, 3, 2, 2, 1, 1], 4), "█▆▃▁")
    assert.strictEqual(
      [
        ...lossCurve(
          Array.from({ length: 1001 }, (_, at) => at),
          24
        )
      ].length,
      24
    )
  })

  it("is flat for equal losses, short for few, and nothing for none", () => {
    assert.strictEqual(lossCurve([2, 2, 2], 10), "▁▁▁")
    assert.strictEqual(lossCurve([], 10), "")
  })
})

describe("the history of losses", () => {
  it("keeps the means of a run of any length in bounded room", () => {
    const length = 10_000
    let history = noLosses
    for (let at = 0; at < length; at++) history = addLoss(history, at)
    assert.isAtMost(history.means.length, 96)
    assert.isAtLeast(history.means.length, 48)
    for (const [at, mean] of history.means.entries()) {
      assert.strictEqual(mean, at * history.each + (history.each - 1) / 2)
    }
  })
})

describe("a duration", () => {
  it("has minutes and seconds, and hours where there are any", () => {
    assert.deepStrictEqual([0.4, 7, 125, 3725, -3].map(duration), ["0:00", "0:07", "2:05", "1:02:05", "0:00"])
  })
})
