import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, apply, constant, input, op, primitives, type TensorType } from "@residual/core"
import { simplificationRules, simplify } from "../src/index.ts"
import { bools, graphOf, integers, simplified, x } from "./fixture/graphs.ts"

const f = (value: number, type: TensorType.TensorType = x.type): AnyExpr => op.fill(value, type)
const n = (value: number): AnyExpr => f(value, integers.type)
const b = (value: number): AnyExpr => f(value, bools.type)
const tall = input("x", [2, 1, 3])
const small = input("x", [1, 3])
const cube = input("x", [2, 3, 4])
const zeros = [0, 0]

/** What each rule makes of an expression of the input `%0`. */
const rows: ReadonlyArray<readonly [rule: string, expr: AnyExpr, left: ReadonlyArray<string>]> = [
  ["x + (-0) = x", op.add(f(-0), x), []],
  ["n + 0 = n, for integers", op.add(integers, n(0)), []],
  ["x · 1 = x", op.mul(f(1), x), []],
  ["x · (-1) = -x", op.mul(x, f(-1)), ["f32[2,3] = neg(%0)"]],
  ["n · 0 = 0, for integers", op.mul(integers, n(0)), ["i32[2,3] = constant() {values: [0]}"]],
  ["(-x) · (-y) = x · y", op.mul(op.neg(x), op.neg(x)), ["f32[2,3] = mul(%0, %0)"]],
  ["x / 1 = x", op.div(x, 1), []],
  ["x / 2ⁿ = x · 2⁻ⁿ", op.div(x, 8), ["f32[2,3] = constant() {values: [0.125]}", "f32[2,3] = mul(%0, %1)"]],
  ["-(-x) = x", op.neg(op.neg(x)), []],
  ["x¹ = x", op.pow(x, 1), []],
  ["x⁰ = 1", op.pow(x, 0), ["f32[2,3] = constant() {values: [1]}"]],
  ["max(x, x) = x", op.maximum(x, x), []],
  ["whole numbers stay whole", op.floor(op.round(x)), ["f32[2,3] = round(%0)"]],
  ["a cast to the own type", apply(primitives.cast, [x], { dtype: "f32" }), []],
  ["a cast there and back, through a type that holds every value", op.cast(op.cast(x, "f64"), "f32"), []],
  [
    "a constant of equal elements is filled",
    op.exp(constant([7, 7])),
    ["f32[2] = constant() {values: [7]}", "f32[2] = exp(%0)"]
  ],
  ["a reshaped constant is a constant", op.reshape(constant([[1, 2]]), [2]), ["f32[2] = constant() {values: [1, 2]}"]],
  [
    "movement leaves what is filled filled",
    op.pad(op.swapLast(f(2)), { before: [1, 0], value: 2 }),
    ["f32[4,2] = constant() {values: [2]}"]
  ],
  [
    "an op of constants whose exact result its type holds",
    op.add(constant([1, 2]), constant([0.5, -2])),
    ["f32[2] = constant() {values: [1.5, 0]}"]
  ],
  ["x ∧ ones = x", op.and(integers, n(-1)), []],
  ["x ∧ 0 = 0", op.and(bools, b(0)), ["bool[2,3] = constant() {values: [0]}"]],
  ["x ∨ 0 = x", op.or(integers, n(0)), []],
  ["x ∨ ones = ones", op.or(bools, b(1)), ["bool[2,3] = constant() {values: [1]}"]],
  ["x ∧ x = x, x ∨ x = x", op.or(op.and(bools, bools), bools), []],
  ["x ⊕ 0 = x", op.xor(integers, n(0)), []],
  ["x ⊕ x = 0", op.xor(integers, integers), ["i32[2,3] = constant() {values: [0]}"]],
  ["¬¬x = x", op.not(op.not(bools)), []],
  ["a shift by 0", op.shiftLeft(integers, 0), []],
  ["x < x is false", op.less(x, x), ["bool[2,3] = constant() {values: [0]}"]],
  ["n = n is true, but for floats", op.equal(integers, integers), ["bool[2,3] = constant() {values: [1]}"]],
  ["a choice with a known condition", op.where(b(0), f(1), x), []],
  [
    "a choice between the same",
    op.where(input("c", [2, 3], { dtype: "bool" }), f(1), f(1)),
    ["f32[2,3] = constant() {values: [1]}"]
  ],
  [
    "a choice by ¬c",
    op.where(op.not(bools), f(1), f(2)),
    ["f32[2,3] = constant() {values: [2]}", "f32[2,3] = constant() {values: [1]}", "f32[2,3] = where(%0, %1, %2)"]
  ],
  ["a reshape to the own shape", apply(primitives.reshape, [x], { shape: [2, 3] }), []],
  ["a reshape of a reshape", op.reshape(op.reshape(x, [6]), [3, 2]), ["f32[3,2] = reshape(%0)"]],
  [
    "a transposition that keeps the order of axes longer than 1 is a reshape",
    op.transpose(tall, [1, 0, 2]),
    ["f32[1,2,3] = reshape(%0)"]
  ],
  [
    "a transposition of a transposition",
    op.transpose(op.transpose(cube, [1, 2, 0]), [1, 0, 2]),
    ["f32[4,3,2] = transpose(%0) {permutation: [2, 1, 0]}"]
  ],
  ["a broadcast to the own shape", apply(primitives.broadcast, [x], { shape: [2, 3] }), []],
  [
    "a broadcast of a broadcast",
    op.broadcastTo(op.broadcastTo(input("x", [1, 1]), [1, 3]), [2, 3]),
    ["f32[2,3] = broadcast(%0)"]
  ],
  [
    "an elementwise op of broadcasts is a broadcast of the op",
    op.exp(op.broadcastTo(small, [2, 3])),
    ["f32[1,3] = exp(%0)", "f32[2,3] = broadcast(%1)"]
  ],
  ["a slice of everything", apply(primitives.slice, [small], { starts: zeros, sizes: [1, 3], steps: [-1, 1] }), []],
  ["a slice of a slice", op.flip(op.flip(x, [1]), [1]), []],
  [
    "a slice within what was padded",
    op.slice(op.pad(x, { before: [1, 0] }), { starts: [2] }),
    ["f32[1,3] = slice(%0) {sizes: [1, 3], starts: [1, 0], steps: [1, 1]}"]
  ],
  ["a slice of one operand of a concatenation", op.slice(op.concat([op.exp(x), x]), { starts: [2] }), []],
  [
    "a pad that adds nothing",
    apply(primitives.pad, [x], { before: zeros, after: zeros, interior: zeros, value: 0 }),
    []
  ],
  ["a concatenation of one", apply(primitives.concat, [x], { axis: 0 }), []],
  ["the greatest of one element", op.max(tall, { axes: [1], keepDims: true }), []]
]

describe("simplify", () => {
  it.each(rows)("%s", (_, expr, left) => {
    assert.deepStrictEqual(simplified(expr), left)
  })

  it("has a row above for every rule", () => {
    assert.deepStrictEqual(rows.map(([name]) => name).sort(), simplificationRules.map(({ name }) => name).sort())
  })

  it.each([
    ["x + 0, which makes +0 of -0", op.add(x, 0)],
    ["x · 0, which loses NaN", op.mul(x, 0)],
    ["x - x, which loses infinities", op.add(x, op.neg(x))],
    ["x = x, which is false for NaN", op.equal(x, x)],
    ["a sum of one element, which starts at +0", op.sum(tall, { axes: [1], keepDims: true })],
    ["a cast through a type that does not hold every value", op.cast(op.cast(x, "i32"), "f32")],
    ["0.1 + 0.2 in f32, which depends on rounding", op.exp(op.add(f(0.1), f(0.2)))],
    ["a comparison that depends on rounding", op.less(f(0.1), f(Math.fround(0.1)))],
    ["a product of what is rounded", op.mul(f(1 / 3), f(3))],
    ["a division by a neighbour of a power of two", op.div(x, f(2 ** 50 * (1 + Number.EPSILON)))]
  ])("leaves %s", (_, expr) => {
    const before = graphOf({ outputs: { y: expr } })
    assert.deepStrictEqual(
      simplify(before).nodes.map(({ op }) => op),
      before.nodes.map(({ op }) => op)
    )
  })

  it("folds by the reference's arithmetic", () => {
    assert.deepStrictEqual(simplified(op.exp(f(0))), ["f32[2,3] = constant() {values: [1]}"])
    assert.deepStrictEqual(simplified(op.sqrt(f(-1))), ["f32[2,3] = constant() {values: [NaN]}"])
    assert.deepStrictEqual(simplified(op.div(f(-1), f(0))), ["f32[2,3] = constant() {values: [-Infinity]}"])
    assert.deepStrictEqual(simplified(op.add(n(2 ** 31 - 1), n(1))), ["i32[2,3] = constant() {values: [-2147483648]}"])
  })

  it("makes equal nodes one, whichever way round their operands are", () => {
    const y = input("y", [2, 3])
    assert.deepStrictEqual(simplified(op.div(op.add(x, y), op.add(y, x))), [
      "f32[2,3] = add(%0, %1)",
      "f32[2,3] = div(%2, %2)"
    ])
  })

  it("tells constants apart by their values, long ones too", () => {
    const long = (last: number): AnyExpr => constant([...Array.from({ length: 99 }, (_, at) => at), last])
    const graph = simplify(graphOf({ outputs: { a: long(0), b: long(-0), c: long(0), d: long(Number.NaN) } }))
    assert.deepStrictEqual(
      graph.outputs.map(({ id }) => id),
      [0, 1, 0, 2]
    )
  })

  it("never merges barriers", () => {
    const graph = simplify(graphOf({ outputs: { y: op.add(op.barrier(x), op.barrier(x)) } }))
    assert.deepStrictEqual(
      graph.nodes.map(({ op }) => op),
      ["input", "barrier", "barrier", "add"]
    )
  })
})
