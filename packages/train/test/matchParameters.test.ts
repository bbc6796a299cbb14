import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { Model } from "@residual/core"
import { Effect } from "effect"
import { matchParameters, modelTensors } from "../src/index.ts"

const network = Model.sequence({ first: Model.linear({ in: 2, out: 3 }), second: Model.linear({ in: 3, out: 1 }) })
const expected = Model.parameters(network)

const zeros = (...shape: ReadonlyArray<number>) =>
  Tensor.make(new Float32Array(shape.reduce((size, length) => size * length, 1)), { shape })

const whole = {
  "first.weight": zeros(2, 3),
  "first.bias": zeros(3),
  "second.weight": zeros(3, 1),
  "second.bias": zeros(1)
}

/** Of another model: one is missing, two are of another type, one is left over. */
const other = {
  "first.weight": zeros(2, 30),
  "first.bias": Tensor.make(new Float64Array(3)),
  "second.weight": zeros(3, 1),
  "third.weight": zeros(1, 1)
}

const typesOf = (tensors: Readonly<Record<string, Tensor.Tensor>>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, { type }]) => [name, type]))

const f32 = (...shape: ReadonlyArray<number>) => ({ dtype: "f32", shape }) as const

describe("matching parameters", () => {
  it.effect("gives all where all fit", () =>
    Effect.gen(function* () {
      const found = yield* matchParameters(expected, whole)
      assert.deepStrictEqual(found, { matched: whole, missing: {}, unexpected: {}, mismatched: [] })
      assert.deepStrictEqual(Object.keys(found.matched), Object.keys(expected))
    })
  )

  it.effect("fails with everything that does not fit, side by side", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(matchParameters(expected, other))
      assert.strictEqual(error._tag, "ParameterMismatch")
      assert.strictEqual(
        error.message,
        [
          "these tensors are not the model's:",
          "  second.bias   expected f32[1]    found nothing",
          "  third.weight  expected nothing   found f32[1,1]",
          "  first.weight  expected f32[2,3]  found f32[2,30]",
          "  first.bias    expected f32[3]    found f64[3]"
        ].join("\n")
      )
    })
  )

  it.effect("gives what fits and tells the rest, where a part is enough", () =>
    Effect.gen(function* () {
      const found = yield* matchParameters(expected, other, { mode: "partial" })
      assert.deepStrictEqual(found, {
        matched: { "second.weight": other["second.weight"] },
        missing: { "second.bias": f32(1) },
        unexpected: { "third.weight": f32(1, 1) },
        mismatched: [
          { path: "first.weight", expected: f32(2, 3), found: f32(2, 30) },
          { path: "first.bias", expected: f32(3), found: { dtype: "f64", shape: [3] } }
        ]
      })
      const none = yield* matchParameters(expected, {}, { mode: "partial" })
      assert.deepStrictEqual(none, { matched: {}, missing: typesOf(whole), unexpected: {}, mismatched: [] })
    })
  )

  it.effect("goes by other names, and leaves out what has none", () =>
    Effect.gen(function* () {
      const theirs = Object.fromEntries(Object.entries(whole).map(([path, tensor]) => [`module.${path}`, tensor]))
      const rename = (name: string) => (name === "step" ? undefined : name.replace(/^module\./, ""))
      const { matched } = yield* matchParameters(expected, { ...theirs, step: Tensor.make(1) }, { rename })
      assert.deepStrictEqual(matched, whole)
    })
  )

  it.effect("takes the first of two tensors for one path, and tells the other by its own name", () =>
    Effect.gen(function* () {
      const [kept, copy] = [zeros(1), Tensor.make([1])]
      const twice = { "old.bias": kept, bias: copy }
      const rename = (name: string) => name.replace("old.", "")
      const found = yield* matchParameters({ bias: f32(1) }, twice, { mode: "partial", rename })
      assert.strictEqual(found.matched["bias"], kept)
      assert.deepStrictEqual(found.unexpected, { bias: f32(1) })
      yield* Effect.flip(matchParameters({ bias: f32(1) }, twice, { rename }))
    })
  )

  it.effect("is of a model's own tensors where a checkpoint has more", () =>
    Effect.gen(function* () {
      const tensors = { ...whole, "optimiser/mean/first.bias": zeros(3) }
      yield* Effect.flip(matchParameters(expected, tensors))
      assert.deepStrictEqual((yield* matchParameters(expected, modelTensors(tensors))).matched, whole)
    })
  )
})
