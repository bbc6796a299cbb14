import { describe, expect, test } from "vitest"
import { extend, noCurve, stepsPerSecond } from "../../src/page/curve.ts"

describe("a curve", () => {
  test("is the same however its steps arrive", () => {
    const losses = Array.from({ length: 200 }, (_, at) => 4 - at / 100 + (at % 7) / 10)
    const seconds = losses.map((_, at) => 0.25 + (at % 2) / 4)
    const whole = extend(noCurve, losses, seconds)
    const parts = [0, 1, 2, 50, 199].reduce((curve, from, at, starts) => {
      const to = starts[at + 1] ?? losses.length
      return extend(curve, losses.slice(from, to), seconds.slice(from, to))
    }, noCurve)
    expect(parts).toEqual(whole)
    expect(whole.losses).toEqual(losses)
    expect(whole.seconds.at(-1)).toBe(75)
  })

  test("begins with the first loss and follows a steady one", () => {
    const { smoothed } = extend(noCurve, [4, ...new Array<number>(1500).fill(2)], new Array<number>(1501).fill(1))
    expect(smoothed[0]).toBe(4)
    expect(smoothed.at(-1)).toBeCloseTo(2, 6)
    smoothed.forEach((loss, at) => {
      if (at > 0) expect(loss).toBeLessThanOrEqual(smoothed[at - 1] as number)
    })
  })

  test("lies between the losses that it is the mean of", () => {
    const { smoothed } = extend(
      noCurve,
      Array.from({ length: 300 }, (_, at) => (at % 2 === 0 ? 1 : 3)),
      new Array<number>(300).fill(1)
    )
    expect(Math.abs((smoothed.at(-1) as number) - 2)).toBeLessThan(0.05)
  })
})

describe("steps in a second", () => {
  test("are unknown before the first step", () => expect(stepsPerSecond(noCurve)).toBeUndefined())

  test("are those of late", () => {
    const slowThenFast = extend(noCurve, new Array<number>(110).fill(1), [
      ...new Array<number>(10).fill(1),
      ...new Array<number>(100).fill(0.025)
    ])
    expect(stepsPerSecond(slowThenFast)).toBeCloseTo(40, 6)
    expect(stepsPerSecond(extend(noCurve, [1, 1], [5, 5]))).toBeCloseTo(0.2, 6)
  })
})
