import { fc, test as property } from "@fast-check/vitest"
import { type AnyExpr, constant, input, op, UndecidedError } from "@residual/core"
import { grad } from "@residual/graph"
import { describe, expect, test } from "vitest"
import { type Bounds, bounds, evaluate, type Value } from "../../src/reference/index.ts"

const number = fc.double({ min: -2, max: 2, noNaN: true })
const width = fc.double({ min: 0, max: 0.5, noNaN: true })

const functions: Readonly<Record<string, (x: AnyExpr) => AnyExpr>> = {
  layer: (x) => op.tanh(op.dot(x, op.transpose(x))),
  logSumExp: (x) => op.log(op.sum(op.exp(x), { axes: [1] })),
  roots: (x) => op.sqrt(x),
  quotients: (x) => op.div(op.fill(1, x.type), x),
  powers: (x) => op.pow(op.mul(x, x), 0.3),
  waves: (x) => op.add(op.sin(op.mul(x, 10)), op.cos(x)),
  greatest: (x) => op.max(x, { axes: [1] }),
  choices: (x) => op.where(op.less(x, 0.1), op.neg(x), op.where(op.equal(x, op.floor(x)), 7, op.mul(x, x))),
  logic: (x) => op.cast(op.and(op.less(x, 0.5), op.or(op.greater(x, 0), op.equal(op.round(x), -1))), "f32"),
  remainders: (x) => op.mod(x, 0.7),
  movement: (x) => op.pad(op.flip(op.cumSum(x, { axis: 0 })), { before: [1, 0], value: 3 }),
  slope: (x) => grad(op.sum(op.mul(op.erf(x), op.expm1(op.mul(x, x)))), [x])[0] as AnyExpr
}

const outside = ({ low, high, mayBeNaN }: Bounds, { data }: Value<number>): ReadonlyArray<number> =>
  Array.from(data as ArrayLike<number>).flatMap((value, at) => {
    const inside = Number.isNaN(value) ? mayBeNaN[at] : low[at]! <= value && value <= high[at]!
    return inside ? [] : [value]
  })

describe("bounds", () => {
  for (const [name, f] of Object.entries(functions)) {
    for (const mode of ["exact", "rounded"] as const) {
      property.prop([
        fc.array(fc.tuple(number, width, fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 4, maxLength: 4 })
      ])(`hold the ${mode} result for every input within the range: ${name}`, (drawn) => {
        const y = f(input("x", [2, 2]))
        const low = drawn.map(([low]) => low)
        const high = drawn.map(([low, width]) => low + width)
        const within = drawn.map(([low, width, at]) => Math.min(low + width, low + width * at))
        const found = bounds({ y }, { x: { low, high } }, mode).y
        for (const x of [low, high, within]) expect(outside(found, evaluate({ y }, { x }, mode).y)).toEqual([])
      })
    }
  }

  test("of a number are narrow, and of exact results points", () => {
    const x = input("x", [1])
    const sum = bounds({ y: op.add(op.mul(x, 3), 1) }, { x: [2] }).y
    expect([sum.low[0], sum.high[0]]).toEqual([7, 7])
    const rounded = bounds({ y: op.mul(x, 1) }, { x: [0.1] }, "rounded").y
    expect(rounded.low[0]).toBeLessThanOrEqual(Math.fround(0.1))
    expect(rounded.high[0]! - rounded.low[0]!).toBeLessThan(1e-7)
    const long = op.exp(op.sin(op.log1p(op.mul(x, x))))
    const { low, high } = bounds({ y: long }, { x: [0.3] }).y
    expect(high[0]! - low[0]!).toBeGreaterThan(0)
    expect(high[0]! - low[0]!).toBeLessThan(1e-14)
  })

  test("an undecided condition has the hull of both branches", () => {
    const x = input("x", [3])
    const { low, high } = bounds(
      { y: op.where(op.less(x, 0), -5, op.add(x, 1)) },
      { x: { low: [-2, -1, 1], high: [-1, 1, 2] } }
    ).y
    expect([...low]).toEqual([-5, -5, 2])
    expect([...high]).toEqual([-5, 2, 3])
  })

  test("bools that are undecided lie between false and true", () => {
    const x = input("x", [3])
    const range = { x: { low: [-2, -1, 1], high: [-1, 1, 2] } }
    const { less, both, either, other } = bounds(
      {
        less: op.less(x, 0),
        both: op.and(op.less(x, 0), op.less(x, -5)),
        either: op.or(op.less(x, 0), op.less(x, 5)),
        other: op.xor(op.less(x, 0), op.less(x, 5))
      },
      range
    )
    expect([[...less.low], [...less.high]]).toEqual([
      [1, 0, 0],
      [1, 1, 0]
    ])
    expect([[...both.low], [...both.high]]).toEqual([
      [0, 0, 0],
      [0, 0, 0]
    ])
    expect([[...either.low], [...either.high]]).toEqual([
      [1, 1, 1],
      [1, 1, 1]
    ])
    expect([[...other.low], [...other.high]]).toEqual([
      [0, 0, 1],
      [0, 1, 1]
    ])
  })

  test("an undecided order, index or integer is an error", () => {
    const x = input("x", [2])
    const range = { x: { low: [0, 0.5], high: [1, 1.5] } }
    expect(() => bounds({ y: op.sort(x).values }, range)).toThrow(UndecidedError)
    expect(() => bounds({ y: op.gather(constant([1, 2]), op.cast(x, "i32")) }, range)).toThrow(UndecidedError)
    const undecided = op.less(x, 0.7)
    expect(() => bounds({ y: op.cast(undecided, "i32") }, range)).toThrow(UndecidedError)
    const chosen = op.where(undecided, constant([1, 2], { dtype: "i32" }), constant([3, 4], { dtype: "i32" }))
    expect(() => bounds({ y: chosen }, range)).toThrow(UndecidedError)
    expect(bounds({ y: op.sort(x).values }, { x: { low: [0, 3], high: [1, 4] } }).y.low).toEqual(Float64Array.of(0, 3))
  })

  test("only floats have ranges", () => {
    const n = input("n", [1], { dtype: "i32" })
    expect(() => bounds({ n }, { n: { low: [1], high: [2] } })).toThrow('input "n": expected i32[1], given a range')
    expect(bounds({ n }, { n: [3] }).n.high).toEqual(Float64Array.of(3))
  })
})
