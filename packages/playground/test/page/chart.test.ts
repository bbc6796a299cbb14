import { describe, expect, test } from "vitest"
import { frameOf, frameTowards, isSameFrame } from "../../src/page/chart/frame.ts"
import { labelPlaces } from "../../src/page/chart/labelPlaces.ts"
import { linePath } from "../../src/page/chart/linePath.ts"
import { labelledTicks, placeOn, ticksOf, widened } from "../../src/page/chart/scale.ts"
import { extend, noCurve } from "../../src/page/curve.ts"

describe("a scale", () => {
  test("puts its ends at its ends, and equal ratios equally far apart where it is logarithmic", () => {
    const linear = { low: 2, high: 6, isLogarithmic: false }
    expect([2, 3, 6].map((value) => placeOn(linear, value))).toEqual([0, 0.25, 1])
    const logarithmic = { low: 1, high: 10_000, isLogarithmic: true }
    ;[1, 10, 100, 1000, 10_000].forEach((value, at) => {
      expect(placeOn(logarithmic, value)).toBeCloseTo(at / 4, 12)
    })
    expect(placeOn({ ...linear, high: 2 }, 2)).toBe(0)
  })

  test.each([
    [{ low: 0, high: 5, isLogarithmic: false }, 5, [0, 1, 2, 3, 4, 5]],
    [{ low: 0.2, high: 1.1, isLogarithmic: false }, 5, [0.2, 0.4, 0.6, 0.8, 1]],
    [{ low: 0, high: 0.03, isLogarithmic: false }, 3, [0, 0.01, 0.02, 0.03]],
    [{ low: 0, high: 73, isLogarithmic: false }, 5, [0, 20, 40, 60]],
    [{ low: 1, high: 60, isLogarithmic: true }, 8, [1, 2, 5, 10, 20, 50]],
    [{ low: 1, high: 4000, isLogarithmic: true }, 4, [1, 10, 100, 1000]]
  ])("has round ticks: %j, about %i", (scale, most, ticks) => {
    expect(ticksOf(scale, most)).toEqual(ticks)
  })

  test("has ticks with as many decimals as they need", () => {
    const labels = (high: number, isLogarithmic = false) =>
      labelledTicks({ low: isLogarithmic ? 1 : 0, high, isLogarithmic }, 4).map(({ label }) => label)
    expect(labels(2)).toEqual(["0.0", "0.5", "1.0", "1.5", "2.0"])
    expect(labels(40)).toEqual(["0", "10", "20", "30", "40"])
    expect(labels(1000, true)).toEqual(["1", "10", "100", "1,000"])
  })

  test("is widened to round values", () => {
    expect(widened(2.13, 4.4, 5)).toEqual([2, 4.5])
    expect(widened(0, 5, 5)).toEqual([0, 5])
  })
})

describe("a frame", () => {
  const curve = extend(noCurve, [4.4, 3.1, 2.2], [0.5, 0.5, 2])

  test("holds every curve", () => {
    const byTime = frameOf([curve, noCurve], "time")
    expect(byTime.across).toEqual({ low: 0, high: 3, isLogarithmic: false })
    expect(byTime.up.low).toBeLessThanOrEqual(Math.min(...curve.smoothed))
    expect(byTime.up.high).toBeGreaterThanOrEqual(4.4)
    expect(frameOf([curve], "step").across).toEqual({ low: 1, high: 10, isLogarithmic: true })
  })

  test("is that of an empty chart where there is no curve", () => {
    expect(frameOf([], "step").up).toEqual({ low: 0, high: 5, isLogarithmic: false })
    expect(frameOf([noCurve], "step")).toEqual(frameOf([], "step"))
  })

  test("is reached from any other", () => {
    const aim = frameOf([curve], "time")
    let frame = frameOf([], "time")
    let strides = 0
    while (!isSameFrame(frame, aim)) {
      frame = frameTowards(frame, aim)
      strides++
    }
    expect(strides).toBeGreaterThan(3)
    expect(strides).toBeLessThan(40)
    expect(frame).toEqual(aim)
  })
})

describe("a line", () => {
  test("goes through its points", () => {
    expect(linePath(0, () => ({ x: 0, y: 0 }))).toBe("")
    expect(linePath(3, (at) => ({ x: 10 * at, y: at }))).toBe("M0.0 0.0L10.0 1.0L20.0 2.0")
  })

  test("is as long as it is wide, however many points it has", () => {
    const path = linePath(100_000, (at) => ({ x: at / 1000, y: at % 2 }))
    expect(path.split("L")).toHaveLength(50)
    expect(path.split("L")[20]).toBe("41.0 0.5")
  })
})

test("labels keep their distance and their order within the bounds", () => {
  expect(labelPlaces([50, 20, 90], 16, [0, 100])).toEqual([50, 20, 90])
  expect(labelPlaces([50, 50, 51], 16, [0, 100])).toEqual([50, 66, 82])
  expect(labelPlaces([95, 99, 20], 16, [0, 100])).toEqual([84, 100, 20])
  expect(labelPlaces([], 16, [0, 100])).toEqual([])
})
