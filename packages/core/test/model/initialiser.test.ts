import { HostRandom, Model } from "@residual/core"
import { describe, expect, test } from "vitest"

const key = HostRandom.keyFromSeed(7)

/** Moments of draws: mean, deviation, skewness and kurtosis. */
const moments = (values: Float64Array) => {
  const average = (f: (value: number) => number): number =>
    values.reduce((sum, value) => sum + f(value), 0) / values.length
  const mean = average((value) => value)
  const deviation = Math.sqrt(average((value) => (value - mean) ** 2))
  const standard = (power: number) => average((value) => ((value - mean) / deviation) ** power)
  return { mean, deviation, skewness: standard(3), kurtosis: standard(4) }
}

const farthest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

describe("initialisers", () => {
  const shape = [200, 50]
  // Kurtosis: 9/5 of a uniform distribution, 3 of a normal one, 2.3655 of one that is cut off at two deviations.
  const [uniform, normal, truncated] = [1.8, 3, 2.3655]
  test.each([
    ["uniform", Model.uniform(-1, 1), 1 / Math.sqrt(3), uniform],
    ["normal", Model.normal(0.02), 0.02, normal],
    ["truncatedNormal", Model.truncatedNormal(0.5), 0.5 * 0.8796, truncated],
    ["xavierUniform", Model.xavierUniform(), Math.sqrt(2 / 250), uniform],
    ["xavierUniform of a gain", Model.xavierUniform(3), 3 * Math.sqrt(2 / 250), uniform],
    ["xavierNormal", Model.xavierNormal(), Math.sqrt(2 / 250), normal],
    ["xavierNormal of a gain", Model.xavierNormal(3), 3 * Math.sqrt(2 / 250), normal],
    ["kaimingUniform", Model.kaimingUniform(), Math.sqrt(2 / 200), uniform],
    ["kaimingUniform by outputs", Model.kaimingUniform(1, "out"), Math.sqrt(1 / 50), uniform],
    ["kaimingNormal", Model.kaimingNormal(1), Math.sqrt(1 / 200), normal],
    ["kaimingNormal by outputs", Model.kaimingNormal(undefined, "out"), Math.sqrt(2 / 50), normal]
  ])("%s has its mean, deviation and form", (_, initialiser, deviation, kurtosis) => {
    const drawn = initialiser(key, shape)
    expect(drawn.length).toBe(10_000)
    const found = moments(drawn)
    // Four standard errors of each for 10 000 draws.
    expect(Math.abs(found.mean) / deviation).toBeLessThan(0.04)
    expect(Math.abs(found.deviation / deviation - 1)).toBeLessThan(0.03)
    expect(Math.abs(found.skewness)).toBeLessThan(0.1)
    expect(Math.abs(found.kurtosis - kurtosis)).toBeLessThan(0.2)
  })

  test("stay within their bounds, and come near them", () => {
    const near = (initialiser: Model.Initialiser, bound: number) => {
      const most = farthest(initialiser(key, shape))
      expect(most).toBeLessThanOrEqual(bound)
      expect(most).toBeGreaterThan(0.99 * bound)
    }
    near(Model.uniform(-3, 3), 3)
    near(Model.truncatedNormal(0.5), 1)
    near(Model.xavierUniform(), Math.sqrt(6 / 250))
    near(Model.kaimingUniform(), Math.sqrt(6 / 200))
  })

  test("a kernel's fans are its channels times its window", () => {
    const kernel = [8, 3, 5, 5]
    const near = (initialiser: Model.Initialiser, bound: number) => {
      const most = farthest(initialiser(key, kernel))
      expect([most <= bound, most > 0.98 * bound]).toEqual([true, true])
    }
    near(Model.xavierUniform(), Math.sqrt(6 / (3 * 25 + 8 * 25)))
    near(Model.kaimingUniform(1), Math.sqrt(3 / (3 * 25)))
    near(Model.kaimingUniform(1, "out"), Math.sqrt(3 / (8 * 25)))
  })

  test("give other numbers for another key, and the same for the same", () => {
    for (const initialiser of [Model.normal(1), Model.uniform(0, 1), Model.truncatedNormal(1), Model.orthogonal()]) {
      expect(initialiser(key, [3, 3])).toEqual(initialiser(key, [3, 3]))
      expect(initialiser(key, [3, 3])).not.toEqual(initialiser(HostRandom.keyFromSeed(8), [3, 3]))
    }
  })

  test("constants and given values are what they say", () => {
    expect(Model.constant(3)(key, [2])).toEqual(new Float64Array([3, 3]))
    expect(Model.values([1, 2])(key, [2])).toEqual(new Float64Array([1, 2]))
    expect([...Model.zeros(key, [1]), ...Model.ones(key, [1])]).toEqual([0, 1])
  })
})

describe("gains", () => {
  test("are PyTorch's", () => {
    expect(Model.gainOf("linear")).toBe(1)
    expect(Model.gainOf("sigmoid")).toBe(1)
    expect(Model.gainOf("tanh")).toBe(5 / 3)
    expect(Model.gainOf("relu")).toBe(Math.SQRT2)
    expect(Model.gainOf("leakyRelu")).toBeCloseTo(1.4141428569978354, 15)
    expect(Model.gainOf("leakyRelu", 0.2)).toBeCloseTo(1.3867504905630728, 15)
    expect(Model.gainOf("selu")).toBe(0.75)
  })

  test("of rectifiers keep the scale of values through many layers", () => {
    const [width, rows] = [128, 16]
    const activations = { relu: (x: number) => Math.max(0, x), leakyRelu: (x: number) => Math.max(0.01 * x, x) }
    for (const [name, activation] of Object.entries(activations)) {
      const initialiser = Model.kaimingNormal(Model.gainOf(name as Model.Activation))
      let values = Model.normal(1)(key, [rows, width])
      for (let layer = 0; layer < 10; layer++) {
        const weight = initialiser(HostRandom.foldIn(key, layer), [width, width])
        const before = values.map(activation)
        values = Float64Array.from({ length: rows * width }, (_, index) => {
          const [row, column] = [Math.floor(index / width), index % width]
          let sum = 0
          for (let at = 0; at < width; at++) sum += before[row * width + at]! * weight[at * width + column]!
          return sum
        })
      }
      const { deviation } = moments(values)
      expect(deviation).toBeGreaterThan(0.6)
      expect(deviation).toBeLessThan(1.6)
    }
  })
})
