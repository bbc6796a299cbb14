import { type AnyExpr, type DType, HostRandom, input, Model, op, Shape, ShapeError } from "@residual/core"
import { grad } from "@residual/graph"
import { contextMlp, convNet, lenet } from "@residual/models"
import { exactly } from "@residual/testing"
import { describe, expect, test } from "vitest"

type Classifier = Model.Model<AnyExpr, AnyExpr>

const countOf = (model: Classifier): number =>
  Object.values(Model.parameters(model)).reduce((count, { shape }) => count + Shape.size(shape), 0)

const logitsOf = (model: Classifier, shape: ReadonlyArray<number>, dtype: DType.DType = "f32") =>
  Model.apply(model, { ...Model.slots(model), mode: "train" }, input("x", shape, { dtype })).output

const digits = { channels: 1, height: 28, width: 28, classes: 10 }

test("have as many parameters as their papers' models", () => {
  expect(countOf(lenet(digits))).toBe(61_706)
  expect(countOf(contextMlp({ vocabulary: 27, context: 3, embedding: 10, hidden: 200 }))).toBe(11_897)
  // 3·8·9 + 16 and 8·16·9 + 32 of the convolutions with their normalisations, 8·8·16·10 + 10 of the linear map.
  expect(countOf(convNet({ channels: 3, height: 32, width: 33, classes: 10, features: [8, 16] }))).toBe(
    216 + 16 + 1152 + 32 + 10_250
  )
})

test.each([
  ["lenet", lenet({ channels: 2, height: 13, width: 31, classes: 7, batchNorm: true }), [5, 2, 13, 31]],
  ["convNet", convNet({ channels: 2, height: 13, width: 31, classes: 7, features: [4, 4, 4] }), [5, 2, 13, 31]],
  [
    "convNet without convolutions",
    convNet({ channels: 2, height: 3, width: 4, classes: 7, features: [] }),
    [5, 2, 3, 4]
  ]
] as const)("%s reads images of any size and number", (_, model, shape) => {
  expect(logitsOf(model, shape).type.shape).toEqual([5, 7])
})

test("refuse images that are too small", () => {
  expect(() => lenet({ ...digits, height: 11 })).toThrow(ShapeError)
  expect(lenet({ ...digits, height: 12 })._tag).toBe("Model")
  expect(() => convNet({ ...digits, features: [1, 1, 1, 1, 1] })).toThrow(
    "images that can be halved 5 times, not 28×28"
  )
})

describe.each([
  ["lenet", lenet({ ...digits, height: 12, width: 12, batchNorm: true }), { shape: [4, 1, 12, 12], dtype: "f32" }],
  ["convNet", convNet({ ...digits, height: 8, width: 8, features: [3, 4] }), { shape: [4, 1, 8, 8], dtype: "f32" }],
  ["contextMlp", contextMlp({ vocabulary: 10, context: 3, embedding: 4, hidden: 6 }), { shape: [4, 3], dtype: "i32" }]
] as const)("%s", (_, model, { shape, dtype }) => {
  test("learns by going against the gradient", () => {
    const { parameters } = Model.slots(model)
    const loss = op.crossEntropy(logitsOf(model, shape, dtype), input("y", [4], { dtype: "i32" }))
    const key = HostRandom.keyFromSeed(0)
    const start = Model.initialise(model, key)
    const count = Shape.size(shape)
    const x = HostRandom.uniform(key, count).map((draw) => (dtype === "i32" ? Math.floor(draw * 10) : draw))
    const bound = { ...start, ...Model.initialiseState(model), x, y: Int32Array.of(1, 2, 3, 4) }
    const [before, ...gradients] = exactly([loss, ...Object.values(grad(loss, parameters))])(bound)
    const stepped = Object.keys(parameters).map((path, at) => {
      const gradient = gradients[at] as ArrayLike<number>
      return [path, (start[path] as Float64Array).map((value, element) => value - 0.01 * (gradient[element] as number))]
    })
    const [after] = exactly([loss])({ ...bound, ...Object.fromEntries(stepped) })
    expect(after?.[0]).toBeLessThan(before?.[0] as number)
  })
})
