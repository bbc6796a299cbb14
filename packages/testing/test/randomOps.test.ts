import { type AnyExpr, constant, HostRandom, input, op } from "@residual/core"
import { pullback } from "@residual/graph"
import { exactly, rounding } from "@residual/testing"
import { describe, expect, test } from "vitest"

const hostKey = HostRandom.keyFromSeed(42)
const key = constant([...hostKey], { dtype: "u32" })

const computed = (expr: AnyExpr, evaluate = exactly): Array<number> =>
  Array.from(evaluate([expr])({})[0] as ArrayLike<number>)

const mean = (values: ReadonlyArray<number>): number => values.reduce((a, b) => a + b, 0) / values.length

describe("keys", () => {
  test("split and fold as they do on the host", () => {
    expect(op.keySplit(key, 3).map((one) => computed(one))).toEqual(HostRandom.split(hostKey, 3))
    expect(computed(op.foldIn(key, 4_000_000_000))).toEqual(HostRandom.foldIn(hostKey, 4_000_000_000))
    expect(computed(op.foldIn(key, constant(-1, { dtype: "i32" })))).toEqual(HostRandom.foldIn(hostKey, 0xffffffff))
  })

  test("make the blocks of the host's Threefry", () => {
    const counters = constant([0, 1, 0xffffffff], { dtype: "u32" })
    const [y0, y1] = op.threefry2x32(key, op.flip(counters), counters).map((word) => computed(word))
    const host = [0, 1, 0xffffffff].map((low, at) =>
      HostRandom.threefry2x32(...hostKey, [0xffffffff, 1, 0][at] as number, low)
    )
    expect(y0).toEqual(host.map(([word]) => word))
    expect(y1).toEqual(host.map(([, word]) => word))
  })
})

describe("draws", () => {
  const many = [20_000]

  test("uniform numbers are the host's bits, and the same rounded and not", () => {
    const bits = Array.from({ length: 5 }, (_, at) => HostRandom.bits32(hostKey, at))
    const drawn = op.uniform(key, [5])
    expect(computed(drawn)).toEqual(bits.map((word) => (word >>> 8) * 2 ** -24))
    expect(computed(drawn, rounding)).toEqual(computed(drawn))
  })

  test("uniform numbers fill their range", () => {
    const drawn = computed(op.uniform(key, many, { low: -1, high: 3 }))
    expect(drawn.every((x) => x >= -1 && x < 3)).toBe(true)
    expect(mean(drawn)).toBeCloseTo(1, 1)
  })

  test("normal numbers have the moments asked for, none of them infinite", () => {
    const drawn = computed(op.normal(key, many, { mean: 2, deviation: 3 }))
    const average = mean(drawn)
    expect(Math.abs(average - 2)).toBeLessThan(4 * (3 / Math.sqrt(20_000)))
    expect(Math.abs(mean(drawn.map((x) => (x - average) ** 2)) - 9)).toBeLessThan(0.5)
    expect(drawn.every(Number.isFinite)).toBe(true)
    expect(computed(op.normal(key, [64]), rounding).every(Number.isFinite)).toBe(true)
  })

  test("truncated normal numbers stay within their bounds", () => {
    const drawn = computed(op.truncatedNormal(key, many, { low: -1, high: 0.5 }))
    expect(drawn.every((x) => x >= -1 && x <= 0.5)).toBe(true)
    const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
    const probability = computed(
      op.mul(op.sub(op.erf(constant(0.5 * Math.SQRT1_2)), op.erf(constant(-Math.SQRT1_2))), 0.5)
    )[0]
    expect(mean(drawn)).toBeCloseTo((density(-1) - density(0.5)) / (probability as number), 1)
  })

  test("booleans are true as often as asked, and the same rounded and not", () => {
    const drawn = op.bernoulli(key, many, { probability: 0.9 })
    expect(Math.abs(mean(computed(drawn)) - 0.9)).toBeLessThan(0.01)
    expect(computed(drawn, rounding)).toEqual(computed(drawn))
    const each = op.bernoulli(key, [2, 1000], { probability: constant([[0], [1]]) })
    expect([mean(computed(each).slice(0, 1000)), mean(computed(each).slice(1000))]).toEqual([0, 1])
  })

  test("categories come up with the probabilities of softmax, the impossible ones never", () => {
    const logits = op.log(constant([0.2, 0, 0.5, 0.3]))
    const drawn = computed(op.categorical(key, op.broadcastTo(logits, [20_000, 4])))
    const share = (category: number) => mean(drawn.map((x) => Number(x === category)))
    expect(share(1)).toBe(0)
    for (const [category, wanted] of [
      [0, 0.2],
      [2, 0.5],
      [3, 0.3]
    ] as const) {
      expect(Math.abs(share(category) - wanted)).toBeLessThan(0.02)
    }
  })

  test("a permutation has each index once, and depends on the key", () => {
    const drawn = computed(op.permutation(key, 100))
    expect(drawn.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, at) => at))
    expect(drawn).not.toEqual(computed(op.permutation(op.foldIn(key, 1), 100)))
  })
})

describe("dropout", () => {
  const x = input("x", [4000], { dtype: "f64" })
  const data = new Float64Array(4000).fill(2)

  test("keeps what it keeps scaled up, and hands residuals back in the same places", () => {
    const y = op.dropout(x, { rate: 0.25, key })
    const [back] = pullback(y, op.fill(1, y.type), [x]) as [AnyExpr]
    const [value, residual] = exactly([y, back])({ x: data }).map((found) => Array.from(found)) as [
      Array<number>,
      Array<number>
    ]
    expect(new Set(value)).toEqual(new Set([0, 2 / 0.75]))
    expect(residual).toEqual(value.map((element) => element / 2))
    expect(Math.abs(mean(value) - 2)).toBeLessThan(0.1)
  })

  test("drops other places with another key, nothing at rate 0 and everything at rate 1", () => {
    const dropped = (rate: number, with_: AnyExpr) =>
      Array.from(exactly([op.dropout(x, { rate, key: with_ })])({ x: data })[0] as ArrayLike<number>)
    expect(dropped(0.5, key)).not.toEqual(dropped(0.5, op.foldIn(key, 1)))
    expect(dropped(0, key)).toEqual(Array.from(data))
    expect(dropped(1, key)).toEqual(new Array(4000).fill(0))
  })
})
