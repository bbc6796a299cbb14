import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, constant, input, op } from "@residual/core"
import { pullback } from "@residual/graph"
import { exactly } from "../src/index.ts"

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

/** What an op of one value gives at some elements. */
const at = (f: (x: AnyExpr) => AnyExpr, x: ReadonlyArray<number>, shape: ReadonlyArray<number> = [x.length]) =>
  Array.from(exactly([f(input("x", shape, { dtype: "f64" }))])({ x })[0] as ArrayLike<number>)

const computed = (expr: AnyExpr): ReadonlyArray<number> => Array.from(exactly([expr])({})[0] as ArrayLike<number>)

/**
 * The residuals of inputs where every residual of the result is 1, and those of their sum weighted by 1, 2, 3 …, without the
 * signs of zeros.
 */
const residuals = (
  f: (...inputs: ReadonlyArray<AnyExpr>) => AnyExpr,
  ...values: ReadonlyArray<ReadonlyArray<number>>
): { readonly first: ReadonlyArray<ReadonlyArray<number>>; readonly second: ReadonlyArray<ReadonlyArray<number>> } => {
  const inputs = values.map((elements, i) => input(`x${i}`, [elements.length], { dtype: "f64" }))
  const zero = (i: number): AnyExpr => op.fill(0, (inputs[i] as AnyExpr).type)
  const y = f(...inputs)
  const first = pullback(y, op.fill(1, y.type), inputs).map((residual, i) => residual ?? zero(i))
  const total = first
    .map((residual) => op.sum(op.mul(residual, op.add(op.iota(residual.type.shape, { dtype: "f64" }), 1))))
    .reduce((sum, part) => op.add(sum, part))
  const second = pullback(total, op.fill(1, total.type), inputs).map((residual, i) => residual ?? zero(i))
  const bound = Object.fromEntries(values.map((elements, i) => [`x${i}`, elements]))
  const found = exactly([...first, ...second])(bound).map((data) => Array.from(data, (value) => value + 0))
  return { first: found.slice(0, values.length), second: found.slice(values.length) }
}

describe("ties of max and min share the residual equally", () => {
  it("between two operands", () => {
    const { first, second } = residuals((a, b) => op.maximum(a as AnyExpr, b as AnyExpr), [1, 2, 0], [1, 1, 3])
    assert.deepStrictEqual(first, [
      [0.5, 1, 0],
      [0.5, 0, 1]
    ])
    assert.deepStrictEqual(second, [
      [0, 0, 0],
      [0, 0, 0]
    ])
    assert.deepStrictEqual(residuals((a, b) => op.minimum(a as AnyExpr, b as AnyExpr), [1, 2], [1, 1]).first, [
      [0.5, 0],
      [0.5, 1]
    ])
  })

  it("among the elements of a reduction", () => {
    assert.deepStrictEqual(residuals((x) => op.max(x as AnyExpr), [3, 1, 3, 3]).first, [[1 / 3, 0, 1 / 3, 1 / 3]])
    assert.deepStrictEqual(residuals((x) => op.min(x as AnyExpr), [3, 1, 1, 3]).first, [[0, 0.5, 0.5, 0]])
    assert.deepStrictEqual(residuals((x) => op.max(x as AnyExpr), [0, -0]).first, [[0.5, 0.5]])
  })

  it("of one value with itself, it gets it whole", () => {
    assert.deepStrictEqual(residuals((x) => op.maximum(x as AnyExpr, x as AnyExpr), [1, -2]).first, [[1, 1]])
  })
})

describe("NaN and infinities", () => {
  it("NaN spreads through max, min, relu, clamp and sums", () => {
    assert.deepStrictEqual(
      at((x) => op.max(x), [1, nan, infinity]),
      [nan]
    )
    assert.deepStrictEqual(
      at((x) => op.maximum(x, 5), [nan, 6, infinity]),
      [nan, 6, infinity]
    )
    assert.deepStrictEqual(
      at((x) => op.maximum(op.fill(5, x.type), x), [nan]),
      [nan]
    )
    assert.deepStrictEqual(
      at((x) => op.sum(x), [1, nan]),
      [nan]
    )
    assert.deepStrictEqual(
      at((x) => op.sum(x), [infinity, 1]),
      [infinity]
    )
    assert.deepStrictEqual(
      at((x) => op.sum(x), [infinity, -infinity]),
      [nan]
    )
    assert.deepStrictEqual(
      at((x) => op.mul(x, 0), [infinity, nan, 1]),
      [nan, nan, 0]
    )
  })

  it("where takes no NaN from the side that it does not choose", () => {
    const positive = (x: AnyExpr): AnyExpr => op.where(op.greater(x, 0), op.log(x), 0)
    assert.deepStrictEqual(at(positive, [-1, 0, 1]), [0, 0, 0])
    assert.deepStrictEqual(residuals((x) => positive(x as AnyExpr), [-1, 2]).first, [[0, 0.5]])
  })

  it("a guarded logarithm has finite derivatives at and below 0 to the second order", () => {
    const guarded = (x: AnyExpr): AnyExpr => {
      const isPositive = op.greater(x, 0)
      return op.where(isPositive, op.log(op.where(isPositive, x, 1)), 0)
    }
    const { first, second } = residuals((x) => guarded(x as AnyExpr), [-1, 0, 2])
    assert.deepStrictEqual(first, [[0, 0, 0.5]])
    assert.deepStrictEqual(second, [[0, 0, -0.75]])
  })

  it("division follows IEEE 754", () => {
    assert.deepStrictEqual(
      at((x) => op.div(op.fill(1, x.type), x), [0, -0, infinity, nan]),
      [infinity, -infinity, 0, nan]
    )
    assert.deepStrictEqual(
      at((x) => op.div(x, 0), [0, 1, -1]),
      [nan, infinity, -infinity]
    )
  })

  it("roots and logarithms below 0 are NaN, at 0 they are 0 and -∞", () => {
    assert.deepStrictEqual(at(op.sqrt, [-1, 0, -0, infinity]), [nan, 0, -0, infinity])
    assert.deepStrictEqual(at(op.log, [-1, 0, -0, infinity]), [nan, -infinity, -infinity, infinity])
    assert.deepStrictEqual(at(op.log1p, [-2, -1, 1e-20, -0]), [nan, -infinity, 1e-20, -0])
    assert.deepStrictEqual(at(op.expm1, [-infinity, 1e-20, -0, 1000]), [-1, 1e-20, -0, infinity])
  })

  it("zeros keep their signs", () => {
    assert.deepStrictEqual(
      at((x) => op.neg(x), [0, -0]),
      [-0, 0]
    )
    assert.deepStrictEqual(
      at((x) => op.add(x, 0), [0, -0]),
      [0, 0]
    )
    assert.deepStrictEqual(
      at((x) => op.mul(x, -1), [0, -0]),
      [-0, 0]
    )
    assert.deepStrictEqual(
      at((x) => op.maximum(x, op.neg(x)), [0, -0]),
      [0, 0]
    )
    assert.deepStrictEqual(at(op.floor, [-0, -0.5]), [-0, -1])
    assert.deepStrictEqual(at(op.round, [-0.25, 0.5, 1.5, -0.5, 2.5]), [-0, 0, 2, -0, 2])
  })
})

describe("pow", () => {
  const power = (a: AnyExpr | undefined, b: AnyExpr | undefined): AnyExpr => op.pow(a as AnyExpr, b as AnyExpr)

  it("is 1 where the exponent is 0 or the base 1, whatever the other is", () => {
    assert.deepStrictEqual(
      at((x) => op.pow(x, 0), [0, nan, infinity, -3]),
      [1, 1, 1, 1]
    )
    assert.deepStrictEqual(
      at((x) => op.pow(op.fill(1, x.type), x), [nan, infinity]),
      [1, 1]
    )
    assert.deepStrictEqual(
      at((x) => op.pow(x, 0.5), [-1, 0]),
      [nan, 0]
    )
    assert.deepStrictEqual(
      at((x) => op.pow(x, 3), [-2, 0, -0]),
      [-8, 0, -0]
    )
  })

  it("of a whole exponent has every derivative at 0", () => {
    assert.deepStrictEqual(
      residuals((x) => op.pow(x as AnyExpr, 2), [0, 3]),
      { first: [[0, 6]], second: [[2, 4]] }
    )
    assert.deepStrictEqual(
      residuals((x) => op.pow(x as AnyExpr, 1), [0, 3]),
      { first: [[1, 1]], second: [[0, 0]] }
    )
    assert.deepStrictEqual(
      residuals((x) => op.pow(x as AnyExpr, 0), [0, 3, nan]),
      { first: [[0, 0, 0]], second: [[0, 0, 0]] }
    )
  })

  it("at a base of 0, an exponent that is not negative gets nothing", () => {
    const { first, second } = residuals(power, [0, 0], [2, 0])
    assert.deepStrictEqual(first, [
      [0, 0],
      [0, 0]
    ])
    assert.deepStrictEqual(second[1], [0, 0])
  })

  it("at an exponent of 0, the base's residual still changes with the exponent, by 1 / a", () => {
    const { first, second } = residuals(power, [4], [0])
    assert.deepStrictEqual(first, [[0], [Math.log(4)]])
    assert.deepStrictEqual(second, [[0.25], [0.25 + Math.log(4) ** 2]])
  })
})

describe("sorting", () => {
  it("leaves equal elements in their order, and puts NaN last either way", () => {
    const indices =
      (descending: boolean) =>
      (x: AnyExpr): AnyExpr =>
        op.sort(x, { descending }).indices
    assert.deepStrictEqual(at(indices(false), [2, nan, 1, 2, 1]), [2, 4, 0, 3, 1])
    assert.deepStrictEqual(at(indices(true), [2, nan, 1, 2, 1]), [0, 3, 2, 4, 1])
    assert.deepStrictEqual(
      at((x) => op.sort(x).values, [infinity, nan, -infinity, 0]),
      [-infinity, 0, infinity, nan]
    )
    assert.deepStrictEqual(
      at((x) => op.topK(x, 2).indices, [1, 3, 3, 3]),
      [1, 2]
    )
  })

  it("puts each residual back where its element came from, ties included", () => {
    const weighted = (x: AnyExpr | undefined): AnyExpr =>
      op.mul(op.sort(x as AnyExpr).values, constant([1, 10, 100], { dtype: "f64" }))
    assert.deepStrictEqual(residuals(weighted, [2, 1, 2]).first, [[10, 1, 100]])
    assert.deepStrictEqual(residuals((x) => op.topK(x as AnyExpr, 2).values, [5, 5, 5]).first, [[1, 1, 0]])
  })
})

describe("nothing", () => {
  it("sums to 0, and hands back nothing", () => {
    assert.deepStrictEqual(
      at((x) => op.sum(x), []),
      [0]
    )
    assert.deepStrictEqual(residuals((x) => op.sum(x as AnyExpr), []).first, [[]])
    assert.deepStrictEqual(
      at((x) => op.exp(x), []),
      []
    )
    assert.deepStrictEqual(
      at((x) => op.sum(x, { axes: [1] }), [], [2, 0]),
      [0, 0]
    )
  })

  it("has neither mean nor greatest element, which is said when it is composed", () => {
    const empty = input("x", [2, 0])
    assert.throws(() => op.mean(empty, { axes: [1] }), "mean(f32[2,0]): expected at least one element")
    assert.throws(() => op.max(empty), "max(f32[2,0]): expected at least one element")
    assert.throws(() => op.logSumExp(empty, { axes: [1] }), "logSumExp(f32[2,0]): expected at least one element")
    assert.deepStrictEqual(op.max(empty, { axes: [0] }).type.shape, [0])
  })

  it("multiplies to zeros", () => {
    const product = op.dot(input("a", [2, 0]), input("b", [0, 3]))
    assert.deepStrictEqual(Array.from(exactly([product])({ a: [], b: [] })[0] as ArrayLike<number>), [0, 0, 0, 0, 0, 0])
  })
})

describe("computed indices out of range", () => {
  const indices = constant([-1, 0, 3], { dtype: "i32" })

  it("gather gives NaN, and 0 for integers", () => {
    assert.deepStrictEqual(
      at((x) => op.gather(x, indices), [5, 6, 7]),
      [nan, 5, nan]
    )
    assert.deepStrictEqual(computed(op.gather(constant([5, 6, 7], { dtype: "i32" }), indices)), [0, 5, 0])
    assert.deepStrictEqual(residuals((x) => op.gather(x as AnyExpr, indices), [5, 6, 7]).first, [[1, 0, 0]])
  })

  it("dynamic slices read NaN there, and drop what they write", () => {
    const start = constant([1], { dtype: "i32" })
    const before = constant([-1], { dtype: "i32" })
    assert.deepStrictEqual(
      at((x) => op.dynamicSlice(x, start, [2]), [5, 6]),
      [6, nan]
    )
    assert.deepStrictEqual(
      at((x) => op.dynamicSlice(x, before, [2]), [5, 6]),
      [nan, 5]
    )
    const ones = op.fill(1, { dtype: "f64", shape: [2] })
    assert.deepStrictEqual(
      at((x) => op.dynamicUpdateSlice(x, ones, start), [5, 6]),
      [5, 1]
    )
    assert.deepStrictEqual(
      at((x) => op.dynamicUpdateSlice(x, ones, before), [5, 6]),
      [1, 6]
    )
    assert.deepStrictEqual(residuals((x) => op.dynamicSlice(x as AnyExpr, start, [2]), [5, 6]).first, [[0, 1]])
    const written = residuals((x, u) => op.dynamicUpdateSlice(x as AnyExpr, u as AnyExpr, start), [5, 6], [7, 8])
    assert.deepStrictEqual(written.first, [
      [1, 0],
      [1, 0]
    ])
  })
})

describe("integers", () => {
  const i32 = (...values: ReadonlyArray<number>): AnyExpr => constant(values, { dtype: "i32" })
  const u32 = (...values: ReadonlyArray<number>): AnyExpr => constant(values, { dtype: "u32" })
  const [least, most] = [-(2 ** 31), 2 ** 31 - 1]

  it("wrap around", () => {
    assert.deepStrictEqual(computed(op.add(i32(most), 1)), [least])
    assert.deepStrictEqual(computed(op.neg(i32(least))), [least])
    assert.deepStrictEqual(computed(op.mul(i32(most, 2 ** 16), i32(most, 2 ** 16))), [1, 0])
    assert.deepStrictEqual(computed(op.add(u32(2 ** 32 - 1), 2)), [1])
    assert.deepStrictEqual(computed(op.mul(u32(2 ** 32 - 1), u32(2 ** 32 - 1))), [1])
    assert.deepStrictEqual(computed(op.sum(i32(most, most))), [-2])
    assert.deepStrictEqual(
      computed(op.dot(constant([[most, most]], { dtype: "i32" }), constant([[2], [1]], { dtype: "i32" }))),
      [2 ** 31 - 3]
    )
  })

  it("divide towards zero, and by 0 to 0", () => {
    assert.deepStrictEqual(computed(op.div(i32(7, -7, 7, -7, 5, least), i32(2, 2, -2, -2, 0, -1))), [
      3,
      -3,
      -3,
      3,
      0,
      least
    ])
    assert.deepStrictEqual(computed(op.div(u32(2 ** 32 - 1, 5), u32(2, 0))), [most, 0])
  })

  it("have remainders of the divisor's sign, and 0 for a divisor of 0", () => {
    assert.deepStrictEqual(
      computed(op.mod(i32(7, -7, 7, -7, 5, least), i32(3, 3, -3, -3, 0, -1))),
      [1, 2, -2, -1, 0, 0]
    )
    assert.deepStrictEqual(
      at((x) => op.mod(x, 3), [7, -7, 0.5, infinity]),
      [1, 2, 0.5, nan]
    )
    assert.deepStrictEqual(
      at((x) => op.mod(x, -3), [7, -7]),
      [-2, -1]
    )
  })

  it("shift by a count modulo 32", () => {
    assert.deepStrictEqual(computed(op.shiftLeft(i32(1, 1, 3), i32(31, 33, 31))), [least, 2, least])
    assert.deepStrictEqual(computed(op.shiftRight(i32(-8, -8), i32(1, 33))), [-4, -4])
    assert.deepStrictEqual(computed(op.shiftRight(u32(2 ** 32 - 8, 8), u32(1, 3))), [2 ** 31 - 4, 1])
  })

  it("compare as what they are", () => {
    assert.deepStrictEqual(computed(op.less(u32(1), u32(2 ** 32 - 1))), [1])
    assert.deepStrictEqual(computed(op.less(i32(1), i32(-1))), [0])
    assert.deepStrictEqual(computed(op.max(u32(1, 2 ** 32 - 1))), [2 ** 32 - 1])
    assert.deepStrictEqual(computed(op.maximum(u32(1), u32(2 ** 31))), [2 ** 31])
  })

  it("are cast from floats towards zero, held within their range, NaN as 0", () => {
    assert.deepStrictEqual(
      at((x) => op.cast(x, "i32"), [1.9, -1.9, 1e10, -infinity, nan]),
      [1, -1, most, least, 0]
    )
    assert.deepStrictEqual(
      at((x) => op.cast(x, "u32"), [1.9, -1.9, 1e10, nan]),
      [1, 0, 2 ** 32 - 1, 0]
    )
    assert.deepStrictEqual(
      at((x) => op.cast(x, "bool"), [0, -0, 0.1, nan]),
      [0, 0, 1, 1]
    )
    assert.deepStrictEqual(computed(op.cast(i32(-1), "u32")), [2 ** 32 - 1])
    assert.deepStrictEqual(computed(op.cast(u32(2 ** 32 - 1), "i32")), [-1])
    assert.deepStrictEqual(computed(op.cast(i32(-1, 0), "bool")), [1, 0])
  })

  it("and everything piecewise constant has no residual", () => {
    const x = input("x", [3], { dtype: "f64" })
    for (const f of [
      op.floor,
      op.ceil,
      op.round,
      op.sign,
      op.argMax,
      (x: AnyExpr) => op.cast(op.cast(x, "i32"), "f64")
    ]) {
      const y = f(x)
      assert.deepStrictEqual(pullback(y, op.fill(0, y.type), [x]), [null])
    }
  })
})
