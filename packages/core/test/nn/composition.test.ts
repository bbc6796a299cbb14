import { type AnyExpr, type DType, input, op } from "@residual/core"
import { describe, expect, test } from "vitest"
import { refusal, typeOf } from "../op/composition.ts"

const of = (shape: ReadonlyArray<number>, dtype: DType.DType = "f32", name = "x"): AnyExpr =>
  input(name, shape, { dtype })

/** The names of the composites that an op's own backward applies, given residuals for its outputs alone. */
const backwardOf = (y: AnyExpr): ReadonlyArray<string> => {
  const applied = y.op.name === "project" ? (y.inputs[0] as AnyExpr) : y
  const { backward } = applied.op
  if (typeof backward !== "function") return [backward]
  const outputs =
    applied.types.length === 1
      ? [applied]
      : applied.types.map((type) => input("saved", type.shape, { dtype: type.dtype }))
  const given = applied.types.map((type, at) => (at === 0 ? input("r", type.shape, { dtype: type.dtype }) : null))
  const residuals = backward(given, { inputs: applied.inputs, outputs, attrs: applied.attrs })
  return residuals.map((residual) => {
    const from = residual?.op.name === "project" ? residual.inputs[0] : residual
    return from?.op.name ?? "none"
  })
}

describe("own backwards are composites that a backend can claim", () => {
  test.each([
    ["softmax", op.softmax(of([2, 3])), ["softmaxBackward"]],
    ["logSoftmax", op.logSoftmax(of([2, 3])), ["logSoftmaxBackward"]],
    ["layerNorm", op.layerNorm(of([2, 3])), new Array(3).fill("layerNormBackward")],
    ["rmsNorm", op.rmsNorm(of([2, 3])), new Array(2).fill("rmsNormBackward")],
    ["attention", op.attention(of([2, 3]), of([4, 3]), of([4, 3])), new Array(3).fill("attentionBackward")]
  ])("%s", (name, y, backward) => {
    expect((y.op.name === "project" ? (y.inputs[0] as AnyExpr) : y).op.name).toBe(name)
    expect(backwardOf(y)).toEqual(backward)
  })

  test("a cross entropy is one op, and that of its rows has a backward of its own", () => {
    const loss = op.crossEntropy(of([4, 5]), of([4], "i32"))
    const within = (expr: AnyExpr): ReadonlyArray<AnyExpr> => [
      expr,
      ...(expr.body[0] ? within(expr.body[0]) : []),
      ...expr.inputs.flatMap(within)
    ]
    const rows = within(loss).find(({ op: { name } }) => name === "project") as AnyExpr
    expect(loss.op.name).toBe("crossEntropy")
    expect(rows.inputs[0]?.op.name).toBe("crossEntropyRows")
    expect(backwardOf(rows)).toEqual(["crossEntropyRowsBackward", "none"])
  })
})

describe("types", () => {
  test("attention gives a row of values for each query", () => {
    expect(typeOf(op.attention(of([2, 6, 5, 8]), of([2, 3, 7, 8]), of([2, 3, 7, 4])))).toBe("f32[2,6,5,4]")
    expect(typeOf(op.attention(of([5, 8], "f64"), of([7, 8], "f64"), of([7, 8], "f64")))).toBe("f64[5,8]")
  })

  test("a reduced loss is a scalar, another has the shape of its rows or elements", () => {
    expect(typeOf(op.mse(of([2, 3]), of([2, 3])))).toBe("f32[]")
    expect(typeOf(op.mse(of([2, 3]), of([2, 3]), { reduction: "none" }))).toBe("f32[2,3]")
    expect(typeOf(op.crossEntropy(of([2, 3, 5]), of([2, 3], "i32"), { reduction: "none" }))).toBe("f32[2,3]")
    expect(typeOf(op.crossEntropy(of([5], "f64"), of([], "u32")))).toBe("f64[]")
  })

  test("cells give their next states", () => {
    const weights = { inputWeight: of([16, 3]), hiddenWeight: of([16, 4]) }
    const { hidden, cell } = op.lstmCell(of([2, 3]), { hidden: of([2, 4]), cell: of([2, 4]) }, weights)
    expect([typeOf(hidden), typeOf(cell)]).toEqual(["f32[2,4]", "f32[2,4]"])
  })
})

describe("refusals", () => {
  const key = input("key", [2], { dtype: "u32" })
  test.each([
    ["relu of integers", () => op.relu(of([2], "i32")), "relu(i32[2]): expected floats"],
    ["softmax of a scalar", () => op.softmax(of([])), "softmax(f32[]): expected no axis, not -1"],
    [
      "a scale of another size",
      () => op.layerNorm(of([2, 3]), { scale: of([2]) }),
      "layerNorm(f32[2,3], f32[2]): expected scale and bias of type f32[3]"
    ],
    [
      "a batch without channels",
      () => op.batchNormTraining(of([2])),
      "batchNormTraining(f32[2]): expected [batch, channels, ...]"
    ],
    [
      "statistics of another size",
      () => op.batchNorm(of([2, 3]), { mean: of([3]), variance: of([2]) }),
      "batchNorm(f32[2,3], f32[2]): expected statistics of type f32[3]"
    ],
    [
      "weights of another batch",
      () => op.batchNormTraining(of([2, 3]), { weights: of([3]) }),
      "batchNormTraining(f32[2,3], f32[3]): expected weights of type f32[2]"
    ],
    [
      "groups that do not divide",
      () => op.groupNorm(of([2, 4, 3]), { groups: 3 }),
      "groupNorm(f32[2,4,3]): expected a number of groups that divides its channels, not 3"
    ],
    [
      "an instance of nothing",
      () => op.instanceNorm(of([2, 4])),
      "instanceNorm(f32[2,4]): expected [batch, channels, n, ...]"
    ],
    ["an empty norm", () => op.rmsNorm(of([2, 0])), "rmsNorm(f32[2,0]): expected at least one element"],
    [
      "a rate above 1",
      () => op.dropout(of([2]), { rate: 1.5, key }),
      "dropout(f32[2]): expected a rate from 0 to 1, not 1.5"
    ],
    [
      "key heads that do not divide",
      () => op.attention(of([3, 5, 8]), of([2, 5, 8]), of([2, 5, 8])),
      "attention(f32[3,5,8], f32[2,5,8], f32[2,5,8]): expected query [..., h, n, d], key [..., g, m, d] and value [..., g, m, e] of one float type, where g divides h"
    ],
    [
      "a mask of another size",
      () => op.attention(of([5, 8]), of([6, 8]), of([6, 8]), { mask: of([5, 5], "bool") }),
      "attention(f32[5,8], f32[6,8], f32[6,8], bool[5,5]): expected a mask that broadcasts to bool[5,6]"
    ],
    [
      "an odd width",
      () => op.rotaryEmbedding(of([4, 5])),
      "rotaryEmbedding(f32[4,5]): expected [..., n, width] of an even width"
    ],
    [
      "positions that do not broadcast",
      () => op.rotaryEmbedding(of([4, 6]), { positions: of([3], "i32") }),
      "rotaryEmbedding(f32[4,6], i32[3]): expected integer positions that broadcast to [4]"
    ],
    [
      "a target of another shape",
      () => op.mse(of([4, 1]), of([4])),
      "mse(f32[4,1], f32[4]): expected a prediction and a target of one type"
    ],
    [
      "weights that do not lead",
      () => op.huber(of([4, 2]), of([4, 2]), { weights: of([2]) }),
      "huber(f32[4,2], f32[2]): expected weights of type f32 and leading axes of [4,2]"
    ],
    ["a mean of nothing", () => op.l1(of([0]), of([0])), "l1(f32[0]): expected at least one element"],
    [
      "classes of floats",
      () => op.crossEntropy(of([4, 5]), of([4])),
      "crossEntropy(f32[4,5], f32[4]): expected logits [..., classes] and integer targets [...]"
    ],
    [
      "smoothing above 1",
      () => op.crossEntropy(of([4, 5]), of([4], "i32"), { labelSmoothing: 2 }),
      "crossEntropy(f32[4,5]): expected smoothing from 0 to 1, not 2"
    ],
    [
      "a cell of other weights",
      () => op.gruCell(of([2, 3]), of([2, 4]), { inputWeight: of([16, 3]), hiddenWeight: of([12, 4]) }),
      "gruCell(f32[2,3], f32[2,4], f32[16,3], f32[12,4], f32[12], f32[12]): expected x [batch, in], states [batch, hidden] and weights with 3 · hidden rows, of one float type"
    ],
    ["a key that is none", () => op.keySplit(of([2])), "keySplit(f32[2]): expected a key, u32[2]"],
    ["half a key", () => op.keySplit(key, 0.5), "keySplit(u32[2]): expected a natural number of keys, not 0.5"],
    ["a fraction to fold", () => op.foldIn(key, of([])), "foldIn(u32[2], f32[]): expected a key and an integer scalar"],
    [
      "a probability above 1",
      () => op.bernoulli(key, [2], { probability: 2 }),
      "bernoulli(u32[2]): expected a probability from 0 to 1, not 2"
    ],
    [
      "crossed bounds",
      () => op.truncatedNormal(key, [2], { low: 1, high: 0 }),
      "truncatedNormal(u32[2]): expected a lower bound below 0, not 1"
    ],
    [
      "integer logits",
      () => op.categorical(key, of([2], "i32")),
      "categorical(u32[2], i32[2]): expected logits of a float type"
    ]
  ])("%s", (_, compose, message) => {
    expect(refusal(compose)).toBe(message)
  })
})
