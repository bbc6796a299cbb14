import { type AnyExpr, input, Model, op } from "@residual/core"
import { describe, expect, test } from "vitest"
import { refusal, typeOf } from "./composition.ts"

const x = input("x", [2, 3])
const key = input("key", [2], { dtype: "u32" })
const of = (...shape: ReadonlyArray<number>): AnyExpr => input("x", shape)

const refused: ReadonlyArray<readonly [() => unknown, string]> = [
  [() => op.iota([]), "iota(i32[]): expected no axis, not 0"],
  [() => op.reshape(of(2, 5), [3, -1]), "reshape(f32[2,5]): expected a shape of 10 elements, not [3,-1]"],
  [() => op.slice(x, { stops: [1.5] }), "slice(f32[2,3]): expected whole bounds, not 1.5"],
  [() => op.slice(x, { starts: [Number.NaN] }), "slice(f32[2,3]): expected whole bounds, not NaN"],
  [() => op.broadcastTo(of(3), [2, 4]), "broadcastTo(f32[3]): expected sizes that are 1 or the last of [2,4]"],
  [() => op.concat([x], { axis: 7 }), "concat(f32[2,3]): expected an axis from -2 to 1, not 7"],
  [() => op.topK(x, 9), "topK(f32[2,3]): expected from 0 to 3 elements to keep, not 9"],
  [() => op.topK(op.less(x, 0), 1), "topK(bool[2,3]): expected numbers"],
  [() => op.softmax(of(2, 0)), "softmax(f32[2,0]): expected at least one element"],
  [() => op.logSoftmax(of(2, 0)), "logSoftmax(f32[2,0]): expected at least one element"],
  [() => op.attention(of(2, 4), of(0, 4), of(0, 4)), "attention(f32[0,4]): expected at least one element"],
  [() => op.huber(x, x, { delta: 0 }), "huber(f32[2,3], f32[2,3]): expected a δ above 0, not 0"],
  [() => op.smoothL1(x, x, { beta: -1 }), "smoothL1(f32[2,3], f32[2,3]): expected a β of at least 0, not -1"],
  [() => op.layerNorm(x, { epsilon: Number.NaN }), "layerNorm(f32[2,3]): expected an epsilon of at least 0, not NaN"],
  [() => op.rmsNorm(x, { epsilon: -1 }), "rmsNorm(f32[2,3]): expected an epsilon of at least 0, not -1"],
  [() => op.l2Normalize(x, { epsilon: -1 }), "l2Normalize(f32[2,3]): expected an epsilon of at least 0, not -1"],
  [() => op.rotaryEmbedding(of(2, 4), { base: 0 }), "rotaryEmbedding(f32[2,4]): expected a base above 0, not 0"],
  [
    () => op.bernoulli(key, [3], { probability: of(2, 3) }),
    "bernoulli(u32[2], f32[2,3]): expected a probability that broadcasts to [3]"
  ],
  [() => op.uniform(key, [3], { low: 2, high: 1 }), "uniform(u32[2]): expected bounds in order, not 2 and 1"],
  [
    () => op.truncatedNormal(key, [3], { low: 6, high: 7 }),
    "truncatedNormal(u32[2]): expected bounds that f32 tells apart, not 6 and 7"
  ],
  [() => op.foldIn(key, 0.5), "foldIn(u32[2]): expected an integer, not 0.5"],
  [() => Model.dropout({ rate: 2 }), "dropout(): expected a rate from 0 to 1, not 2"],
  [() => Model.parameter([2, -1]), "parameter(f32[2,-1]): expected whole, non-negative sizes"],
  [() => Model.state([0.5], { dtype: "i32" }), "state(i32[0.5]): expected whole, non-negative sizes"],
  [() => Model.repeat(-1, () => op.relu), "repeat(): expected a natural number, not -1"]
]

describe("options", () => {
  test.each(refused)("%o is refused by the op that was given it", (compose, message) => {
    expect(refusal(compose)).toBe(message)
  })

  test("iota counts axes from either end", () => {
    expect(op.iota([2, 3], { axis: -1 }).attrs).toEqual({ axis: 1, dtype: "i32", shape: [2, 3] })
  })

  test("far tails that the float type can tell apart are drawn from", () => {
    expect(typeOf(op.truncatedNormal(key, [3], { low: 6, high: 7, dtype: "f64" }))).toBe("f64[3]")
  })

  test("a probability for each row is one for each of its draws", () => {
    expect(typeOf(op.bernoulli(key, [2, 3], { probability: of(2, 1) }))).toBe("bool[2,3]")
  })

  test("a batch without rows has attention of its shape", () => {
    expect(typeOf(op.attention(of(0, 4, 3, 8), of(0, 2, 5, 8), of(0, 2, 5, 7)))).toBe("f32[0,4,3,7]")
  })
})
