import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, Model, op } from "@residual/core"
import { Effect, FileSystem, Layer, Stream } from "effect"
import {
  adamW,
  checkpointFolder,
  checkpointOf,
  makeTrainer,
  type OpenCheckpoints,
  openCheckpoints,
  resume,
  saving,
  snapshot,
  type Trainer,
  fit as training
} from "../src/index.ts"
import { faultyFiles, ioError } from "./faultyFiles.ts"
import { batches, key, objective, rate } from "./points.ts"

const options = { optimiser: adamW(), key }
const described = { key, configuration: {} }

const train = (trainer: Trainer, { save }: OpenCheckpoints, steps: number) =>
  training(trainer, { batches: Stream.drop(batches, trainer.state.current.batches), rate, steps, key }).pipe(
    saving(trainer, { every: 2, save: (taken, best) => save(checkpointOf(trainer, taken, described), { best }) }),
    Stream.runDrain
  )

layer(Layer.mergeAll(NodeServices.layer, Reference.layer()))("a run that saves", (it) => {
  it.effect("ends where the disk is full, and goes on from the checkpoint before once there is room", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const folder = yield* files.makeTempDirectoryScoped({ prefix: "residual-full-" })
      let isFull = false
      const limited = faultyFiles(files, (operation) =>
        isFull && operation === "write" ? ioError("ENOSPC") : undefined
      )
      const trainer = yield* makeTrainer(objective(8), options)
      const error = yield* Effect.gen(function* () {
        const checkpoints = yield* openCheckpoints(folder, { keep: 2 })
        yield* train(trainer, checkpoints, 4)
        isFull = true
        return yield* Effect.flip(train(trainer, checkpoints, 9))
      }).pipe(Effect.scoped, Effect.provideService(FileSystem.FileSystem, limited))
      assert.strictEqual(error._tag, "CheckpointError")
      assert.strictEqual(
        error.message,
        `${folder}/step-000000006.safetensors: cannot write it: no space is left on the device`
      )
      assert.deepStrictEqual((yield* files.readDirectory(folder)).sort(), [
        "step-000000002.safetensors",
        "step-000000004.safetensors"
      ])
      // What was learned since is in the Store all the same.
      assert.strictEqual(trainer.state.current.step, 6)

      const next = yield* makeTrainer(objective(8), options)
      yield* Effect.gen(function* () {
        const checkpoints = yield* openCheckpoints(folder, { keep: 2 })
        const found = yield* checkpoints.latest()
        yield* resume(next, found?.path ?? "", found ?? assert.fail("there is no checkpoint"))
        assert.strictEqual(next.state.current.step, 4)
        yield* train(next, checkpoints, 6)
      }).pipe(Effect.scoped)
      const [{ tensors: expected }, { tensors: actual }] = [yield* snapshot(trainer), yield* snapshot(next)]
      assert.deepStrictEqual(actual, expected)
    }).pipe(Effect.scoped)
  )

  it.effect("does not go on from the checkpoint of another model, whose shapes are told side by side", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const folder = yield* files.makeTempDirectoryScoped({ prefix: "residual-another-" })
      const first = yield* makeTrainer(objective(8), options)
      yield* Effect.scoped(
        Effect.flatMap(openCheckpoints(folder, { keep: 1 }), (checkpoints) => train(first, checkpoints, 2))
      )
      const other = Model.make({ slope: Model.parameter([3]) }, ({ slope }, x: AnyExpr) => op.mul(x, op.sum(slope)))
      const trainer = yield* makeTrainer({ ...objective(8), model: other }, options)
      const before = yield* snapshot(trainer)
      const found = yield* Effect.flatMap(checkpointFolder(folder), ({ latest }) => latest())
      const error = yield* Effect.flip(resume(trainer, folder, found ?? assert.fail("there is no checkpoint")))
      assert.strictEqual(
        error.message,
        [
          "these tensors are not the model's:",
          "  offset                   expected nothing  found f32[]",
          "  calls                    expected nothing  found f32[]",
          "  optimiser/mean/offset    expected nothing  found f32[]",
          "  optimiser/square/offset  expected nothing  found f32[]",
          "  slope                    expected f32[3]   found f32[]",
          "  optimiser/mean/slope     expected f32[3]   found f32[]",
          "  optimiser/square/slope   expected f32[3]   found f32[]"
        ].join("\n")
      )
      assert.deepStrictEqual(yield* snapshot(trainer), before)
    }).pipe(Effect.scoped)
  )
})
