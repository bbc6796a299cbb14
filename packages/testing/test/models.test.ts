import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { type AnyExpr, constant, Model, op } from "@residual/core"
import { Arbitrary, checkGradients, Domain, exactly, type Inputs } from "../src/index.ts"

const runs = process.env["RESIDUAL_LONG"] === "1" ? 50 : 2

/** A model's output, from its input `x` and its parameters by path. */
const output =
  (model: Model.Model<AnyExpr, AnyExpr>) =>
  ({ x, key, ...parameters }: Inputs): AnyExpr =>
    Model.apply(model, { parameters, mode: "train", ...(key && { key }) }, x as AnyExpr).output

const smooth = { activation: op.tanh }

// A large epsilon bounds the higher derivatives where the elements of a row happen to be near each other, which
// central differences cannot follow.
const norm = () => Model.layerNorm({ width: 4, epsilon: 0.5 })

const block = Model.sequence(
  Model.skip(Model.sequence(norm(), Model.selfAttention({ width: 4, heads: 2 }))),
  Model.skip(Model.sequence(norm(), Model.feedForward({ width: 4, hidden: 6 })))
)

const table = Model.embeddingTable({ count: 5, width: 4 })

const language = Model.sequence(Model.embedding({ weight: table }), block, Model.unembedding({ weight: table }))

const floats = (...shape: ReadonlyArray<number>) => Arbitrary.tensor(shape, Domain.spread, "f32")

const models = {
  linear: [Model.linear({ in: 3, out: 2 }), floats(2, 3)],
  mlp: [Model.mlp([2, 3, 1], smooth), floats(3, 2)],
  "a skip around a map": [Model.skip(Model.linear({ in: 2, out: 2 })), floats(3, 2)],
  "a convolution and a map": [
    Model.sequence(Model.conv2d({ in: 1, out: 2, kernel: 2 }), op.tanh, Model.linear({ in: 2, out: 2 })),
    floats(1, 1, 3, 3)
  ],
  "a convolution of strides 2, pooled": [
    Model.sequence(Model.conv2d({ in: 1, out: 2, kernel: 2, strides: 2, padding: 1 }), (x: AnyExpr) =>
      op.avgPool2d(x, { kernel: 2 })
    ),
    floats(1, 1, 4, 4)
  ],
  "a long short-term memory": [Model.lstm({ in: 2, hidden: 2 }), floats(1, 3, 2)],
  "self-attention with rotary positions and shared key heads": [
    Model.selfAttention({ width: 8, heads: 4, keyHeads: 2, rotary: {} }),
    floats(1, 2, 8)
  ],
  "a transformer block": [block, floats(1, 3, 4)],
  "a language model whose first and last layers share a table": [language, Arbitrary.integerTensor([1, 3], 0, 4)]
} as const

describe("models", () => {
  it.each(Object.entries(models))("%s has the gradients of its output, to the second order", (_, [model, x]) => {
    checkGradients(output(model), { x, ...Arbitrary.parameters(model) }, { runs, step: 2 ** -11 })
  })

  it("running statistics stay where a batch has no weight", () => {
    const model = Model.batchNorm({ features: 1 })
    const ofBatch = (weights: ReadonlyArray<number>) => {
      const bindings = { ...Model.slots(model), mode: "train", weights: constant(weights) } as const
      const { state } = Model.apply(model, bindings, constant([[1], [2], [6]]))
      const named = { mean: [5], variance: [3], scale: [1], bias: [0] }
      return exactly(Object.values(state))(named).flatMap((values) => Array.from(values))
    }
    assert.deepStrictEqual(ofBatch([0, 0, 0]), [5, 3])
    assert.deepStrictEqual(ofBatch([1, 1, 1]), [5 * 0.9 + 3 * 0.1, 3 * 0.9 + 7 * 0.1])
  })

  it("dropout keeps its choice while parameters move, by the key", () => {
    const model = Model.sequence(Model.linear({ in: 2, out: 3 }), Model.dropout({ rate: 0.5 }))
    const key = Tensor.make([1, 2], { dtype: "u32" })
    checkGradients(output(model), { x: floats(2, 2), key, ...Arbitrary.parameters(model) }, { runs })
  })
})
