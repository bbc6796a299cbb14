import { type AnyExpr, constant, erfinv, input, op } from "@residual/core"
import { pullback } from "@residual/graph"
import { exactly, rounding } from "@residual/testing"
import { describe, expect, test } from "vitest"

const infinity = Number.POSITIVE_INFINITY

/** The elements of `f` at `x`. */
const at = (f: (x: AnyExpr) => AnyExpr, x: ReadonlyArray<number>, shape: ReadonlyArray<number> = [x.length]) =>
  Array.from(exactly([f(input("x", shape, { dtype: "f64" }))])({ x })[0] as ArrayLike<number>)

/** What comes back at `x` when the residual of every element of `f` is 1, and for that with weights 1, 2, 3 …, again. */
const residuals = (f: (x: AnyExpr) => AnyExpr, data: ReadonlyArray<number>, shape: ReadonlyArray<number>) => {
  const x = input("x", shape, { dtype: "f64" })
  const y = f(x)
  const [first] = pullback(y, op.fill(1, y.type), [x]) as [AnyExpr]
  const weights = constant(
    data.map((_, element) => element + 1),
    { dtype: "f64", shape }
  )
  const total = op.sum(op.mul(first, weights))
  const [second] = pullback(total, op.fill(1, total.type), [x])
  const [one, two] = exactly([first, second ?? op.fill(0, x.type)])({ x: data })
  // The sign of zero is nobody's business here.
  const plain = (data: ArrayLike<number> | undefined) => Array.from(data as ArrayLike<number>, (value) => value + 0)
  return { first: plain(one), second: plain(two) }
}

const logistic = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))

const extremes: Readonly<
  Record<string, readonly [(x: AnyExpr) => AnyExpr, (x: number) => number, ReadonlyArray<number>]>
> = {
  sinh: [op.sinh, Math.sinh, [0, -0, 1e-300, -1e-9, 20, -300, 710, -710.4, 711, 89, infinity, -infinity, Number.NaN]],
  cosh: [op.cosh, Math.cosh, [0, 1e-300, 20, -300, 710, -710.4, 711, -1600, 89, infinity, -infinity, Number.NaN]],
  asinh: [
    op.asinh,
    Math.asinh,
    [0, -0, 1e-300, -1e-9, 20, 3e8, -1e155, 1.7e308, 3e38, infinity, -infinity, Number.NaN]
  ],
  acosh: [op.acosh, Math.acosh, [1, 1.0000001, 20, 3e8, 1e155, 1.7e308, infinity, 0.5, -2, Number.NaN]],
  atanh: [op.atanh, Math.atanh, [0, -0, 1e-300, -1e-9, 0.9999999, -0.99999999999, 1, -1, 1.1, -3, 1e300, Number.NaN]],
  asin: [op.asin, Math.asin, [0, -0, 1e-300, 0.9999999, -0.99999999999, 1, -1, 1.1, -2, Number.NaN]],
  acos: [op.acos, Math.acos, [0, 0.9999999, -0.99999999999, 1, -1, 1.1, -2, infinity, Number.NaN]],
  tan: [op.tan, Math.tan, [0, -0, 1e-300, 1.57, 10, infinity, Number.NaN]],
  sigmoid: [op.sigmoid, logistic, [0, 30, -30, 700, -700, 800, -800, infinity, -infinity, Number.NaN]],
  logSigmoid: [
    op.logSigmoid,
    (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
    [0, 30, -30, 800, -800, 1e300, -1e300, infinity, -infinity, Number.NaN]
  ],
  erfinv: [
    op.erfinv,
    erfinv,
    [0, -0, 1e-300, -0.3, 0.85, 0.86, -0.99, 0.99999999, 1 - 2 ** -40, -1 + 2 ** -53, 1, -1, 1.5, -2, Number.NaN]
  ]
}

describe.each(Object.entries(extremes))("%s at its extremes", (_, [f, expected, points]) => {
  test("keeps its digits in 64 bits", () => {
    for (const [index, y] of at(f, points).entries()) {
      const wanted = expected(points[index] as number)
      expect(Object.is(y, wanted) || Math.abs(y - wanted) <= 1e-15 * Math.abs(wanted), `${points[index]}: ${y}`).toBe(
        true
      )
    }
  })

  test("keeps its digits in 32 bits", () => {
    const rounded = points.map(Math.fround)
    const [got] = rounding([f(input("x", [points.length]))])({ x: points }) as [ArrayLike<number>]
    for (const [index, x] of rounded.entries()) {
      const [y, wanted] = [got[index] as number, Math.fround(expected(x))]
      expect(Object.is(y, wanted) || Math.abs(y - wanted) <= 4e-7 * Math.abs(wanted), `${x}: ${y}`).toBe(true)
    }
  })
})

describe("logSumExp of infinities", () => {
  const rows = [-infinity, -infinity, infinity, 0, infinity, infinity, 1000, 1000, Number.NEGATIVE_INFINITY, 3]
  const logSumExp = (x: AnyExpr): AnyExpr => op.logSumExp(x, { axes: 1 })

  test("is what the sum is, and NaN only where an element is", () => {
    expect(at(logSumExp, rows, [5, 2])).toEqual([-infinity, infinity, infinity, 1000 + Math.LN2, 3])
    expect(at(logSumExp, [Number.NaN, 0], [1, 2])).toEqual([Number.NaN])
  })

  test("its residual is the softmax, 0 where all are -∞, and its derivative has no NaN either", () => {
    const { first, second } = residuals(logSumExp, rows, [5, 2])
    expect(first).toEqual([0, 0, 1, 0, 0.5, 0.5, 0.5, 0.5, 0, 1])
    expect(second).toEqual([0, 0, 0, 0, 0, 0, -0.25, 0.25, 0, 0])
  })
})

describe("residuals at kinks", () => {
  const rows = [0, 0, 0, 2, 2, 2, 0, 2, 0]
  const third = 1 / 3

  test.each<readonly [string, (x: AnyExpr) => AnyExpr, ReadonlyArray<number>]>([
    ["abs takes nothing at 0", op.abs, [0, 0, 0, 1, 1, 1, 0, 1, 0]],
    ["clamp passes it at its bounds", (x) => op.clamp(x, { min: 0, max: 2 }), [1, 1, 1, 1, 1, 1, 1, 1, 1]],
    ["minimum shares it", (x) => op.minimum(x, 2), [1, 1, 1, 0.5, 0.5, 0.5, 1, 0.5, 1]],
    ["min shares it", (x) => op.min(x, { axes: 1 }), [third, third, third, third, third, third, 0.5, 0, 0.5]],
    ["norm of order 1", (x) => op.norm(x, { axes: 1, order: 1 }), [0, 0, 0, 1, 1, 1, 0, 1, 0]],
    ["norm of order ∞", (x) => op.norm(x, { axes: 1, order: infinity }), [0, 0, 0, third, third, third, 0, 1, 0]],
    [
      "max pooling gives it to the first",
      (x) => op.maxPool1d(op.expandDims(x, 0), { kernel: 3 }),
      [1, 0, 0, 1, 0, 0, 0, 1, 0]
    ],
    ["prod has no quotient", (x) => op.prod(x, { axes: 1 }), [0, 0, 0, 4, 4, 4, 0, 0, 0]]
  ])("%s", (_, f, expected) => {
    const { first, second } = residuals(f, rows, [3, 3])
    expect(first).toEqual(expected)
    expect(second.every(Number.isFinite)).toBe(true)
  })

  test("norm and std take nothing at the zero vector, and neither do their derivatives", () => {
    for (const f of [op.norm, op.std]) {
      const { first, second } = residuals((x) => f(x, { axes: 1 }), rows, [3, 3])
      expect(first.slice(0, 3)).toEqual([0, 0, 0])
      expect([...first, ...second].every(Number.isFinite)).toBe(true)
    }
  })

  test("the second derivative of a product with zeros is the product of the others", () => {
    const { second } = residuals((x) => op.prod(x), [0, 0, 5], [3])
    expect(second).toEqual([10, 5, 0])
  })
})

describe("searching", () => {
  const rows = [1, 3, 3, Number.NaN, 5, Number.NaN, -infinity, -infinity, -infinity, 2, Number.NaN, infinity]

  test("the first of equal elements is found, and the first NaN before all", () => {
    expect(at((x) => op.argMax(x, { axis: 1 }), rows, [4, 3])).toEqual([1, 0, 0, 1])
    expect(at((x) => op.argMin(x, { axis: 1 }), rows, [4, 3])).toEqual([0, 0, 0, 1])
  })

  test("the least integers are found, too", () => {
    const integers = constant([5, -(2 ** 31), -(2 ** 31), 2 ** 31 - 1], { dtype: "i32" })
    const unsigned = constant([2 ** 32 - 1, 3, 3], { dtype: "u32" })
    const found = exactly([
      op.argMin(integers),
      op.min(integers),
      op.argMin(unsigned),
      op.argMax(unsigned),
      op.min(unsigned)
    ])({})
    expect(found.map((one) => one[0])).toEqual([1, -(2 ** 31), 1, 0, 3])
  })

  test("comparisons with NaN are false, but for notEqual", () => {
    const [nan, one] = [constant([Number.NaN, 1, 2]), constant([1, 1, 1])]
    const compared = exactly([
      op.lessEqual(nan, one),
      op.greaterEqual(nan, one),
      op.notEqual(nan, one),
      op.notEqual(nan, nan)
    ])({})
    expect(compared.map((each) => Array.from(each))).toEqual([
      [0, 1, 0],
      [0, 1, 1],
      [1, 0, 1],
      [1, 0, 0]
    ])
  })

  test("NaN spreads through extrema and clamp", () => {
    expect(at((x) => op.min(x), [1, Number.NaN])).toEqual([Number.NaN])
    expect(at((x) => op.minimum(x, 0), [Number.NaN, 1])).toEqual([Number.NaN, 0])
    expect(at((x) => op.clamp(x, { min: 0, max: 1 }), [Number.NaN, 3])).toEqual([Number.NaN, 1])
  })
})

describe("no elements", () => {
  test("sums of nothing are 0, products 1, any false and all true", () => {
    const empty = op.fill(1, { dtype: "f64", shape: [2, 0] })
    const none = op.fill(1, { dtype: "bool", shape: [2, 0] })
    const axes = { axes: 1 }
    const got = exactly([
      op.sum(empty, axes),
      op.norm(empty, axes),
      op.prod(empty, axes),
      op.any(none, axes),
      op.all(none, axes)
    ])({})
    expect(got.map((one) => Array.from(one))).toEqual([
      [0, 0],
      [0, 0],
      [1, 1],
      [0, 0],
      [1, 1]
    ])
  })
})

describe("indices outside", () => {
  const indices = constant([5, -1, 0], { dtype: "i32" })

  test("read as NaN, have no one in a row, and drop their updates", () => {
    expect(at((x) => op.takeAlongAxis(x, indices), [1, 2, 3])).toEqual([Number.NaN, Number.NaN, 1])
    expect(at((x) => op.scatterAdd(x, indices, op.fill(1, x.type)), [1, 2, 3])).toEqual([2, 2, 3])
    expect(Array.from(exactly([op.oneHot(indices, 2)])({})[0] as ArrayLike<number>)).toEqual([0, 0, 0, 0, 1, 0])
  })
})
