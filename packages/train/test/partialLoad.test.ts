import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import { Effect, Stream } from "effect"
import {
  adamW,
  type Batch,
  checkpointOf,
  constantRate,
  decodeCheckpoint,
  encodeCheckpoint,
  makeTrainer,
  matchParameters,
  modelTensors,
  type Objective,
  resume,
  type Snapshot,
  snapshot,
  type Trainer,
  fit as training
} from "../src/index.ts"

const key = HostRandom.keyFromSeed(5)

/** A network that tells so many classes apart. */
const classifier = (classes: number) =>
  Model.sequence({
    body: Model.linear({ in: 2, out: 3 }),
    norm: Model.batchNorm({ features: 3 }),
    activation: op.relu,
    head: Model.linear({ in: 3, out: classes })
  })

const objective = (classes: number): Objective<AnyExpr, AnyExpr> => ({
  model: classifier(classes),
  batch: { x: { dtype: "f32", shape: [4, 2] }, y: { dtype: "i32", shape: [4] } },
  loss: (model, { x, y }) => op.crossEntropy(model(x as AnyExpr), y as AnyExpr)
})

const batch: Batch = {
  x: Tensor.make([
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1]
  ]),
  y: Tensor.make([0, 1, 1, 0], { dtype: "i32" })
}

const train = (trainer: Trainer, steps: number) =>
  Stream.runDrain(
    training(trainer, { batches: Stream.forever(Stream.succeed(batch)), rate: constantRate(0.1), steps, key })
  )

const stored = (trainer: Trainer, taken: Snapshot) =>
  encodeCheckpoint("first", checkpointOf(trainer, taken, { key, configuration: {} })).pipe(
    Effect.flatMap((bytes) => decodeCheckpoint("first", bytes))
  )

const isHead = (path: string): boolean => path.startsWith("head.")

describe("a part of a checkpoint", () => {
  it.effect("begins another model, of which only the rest learns", () =>
    Effect.gen(function* () {
      const first = yield* makeTrainer(objective(2), { optimiser: adamW(), key })
      yield* train(first, 3)
      const { tensors } = yield* stored(first, yield* snapshot(first))

      const { model } = objective(3)
      const expected = { ...Model.parameters(model), ...Model.states(model) }
      const whole = yield* Effect.flip(matchParameters(expected, modelTensors(tensors)))
      assert.strictEqual(
        whole.message,
        [
          "these tensors are not the model's:",
          "  head.weight  expected f32[3,3]  found f32[3,2]",
          "  head.bias    expected f32[3]    found f32[2]"
        ].join("\n")
      )
      const { matched, mismatched } = yield* matchParameters(expected, modelTensors(tensors), { mode: "partial" })
      assert.deepStrictEqual(mismatched, whole.mismatched)

      const options = { optimiser: adamW(), key: HostRandom.keyFromSeed(6), parameters: matched, trains: isHead }
      const second = yield* makeTrainer(objective(3), options)
      const before = yield* snapshot(second)
      for (const [path, tensor] of Object.entries(matched)) {
        assert.isTrue(Tensor.equals(before.tensors[path] as Tensor.Tensor, tensor), path)
      }
      yield* train(second, 3)
      const after = yield* snapshot(second)
      const moved = Object.keys(Model.parameters(model)).filter(
        (path) => !Tensor.equals(after.tensors[path] as Tensor.Tensor, before.tensors[path] as Tensor.Tensor)
      )
      assert.deepStrictEqual(moved, ["head.weight", "head.bias"])

      // What is frozen has no optimiser's state, so that its run goes on only where the same is.
      const checkpoint = yield* stored(second, after)
      const third = yield* makeTrainer(objective(3), options)
      yield* resume(third, "second", checkpoint)
      assert.deepStrictEqual(yield* snapshot(third), after)
      const thawed = yield* makeTrainer(objective(3), { optimiser: adamW(), key })
      const refused = yield* Effect.flip(resume(thawed, "second", checkpoint))
      assert.match(refused.message, / optimiser\/mean\/body\.weight +expected f32\[2,3\] +found nothing/)
    }).pipe(Effect.provide(Reference.layer()))
  )

  it.effect("is refused where it is none of the model's, or of another type", () =>
    Effect.gen(function* () {
      const messageOf = (parameters: Readonly<Record<string, Tensor.Tensor>>) =>
        Effect.map(Effect.flip(makeTrainer(objective(2), { optimiser: adamW(), key, parameters })), (error) => {
          assert.strictEqual(error._tag, "StoreError")
          return error.message
        })
      assert.deepStrictEqual(
        [
          yield* messageOf({ "haed.bias": Tensor.make([0, 0]) }),
          yield* messageOf({ toString: Tensor.make(0) }),
          yield* messageOf({ "head.bias": Tensor.make([0, 0, 0]) })
        ],
        [
          'slot "haed.bias": the model has no such parameter or state',
          'slot "toString": the model has no such parameter or state',
          'slot "head.bias": the store holds f32[3], not f32[2]'
        ]
      )
    }).pipe(Effect.provide(Reference.layer()))
  )
})
