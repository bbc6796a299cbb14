import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import { Effect, Stream } from "effect"
import { type Batch, makeTrainer, type Objective, sgd, fit as training } from "../src/index.ts"

const onReference = Effect.provide(Reference.layer())
const key = HostRandom.keyFromSeed(3)
const model = Model.linear({ in: 2, out: 3 })

/** A mean over the targets that are not left out, which says how many those are, or does not. */
const objective = (rows: number, isWeighed = true): Objective<AnyExpr, AnyExpr> => ({
  model,
  batch: { points: { dtype: "f32", shape: [rows, 2] }, targets: { dtype: "i32", shape: [rows] } },
  loss: (model, batch) => {
    const [points, targets] = [batch["points"] as AnyExpr, batch["targets"] as AnyExpr]
    const loss = op.crossEntropy(model(points), targets)
    if (!isWeighed) return loss
    return { loss, weight: op.sum(op.cast(op.notEqual(targets, -100), "f32")) }
  }
})

const points = Float32Array.from({ length: 16 }, (_, at) => Math.sin(at * 1.7))
const targets = Int32Array.of(0, 1, 2, -100, -100, -100, 1, -100)

/** The eight rows, so many at once. */
const rowsBy = (rows: number): Stream.Stream<Batch> =>
  Stream.fromIterable(
    Array.from({ length: 8 / rows }, (_, at) => ({
      points: Tensor.make(points.slice(at * rows * 2, (at + 1) * rows * 2), { shape: [rows, 2] }),
      targets: Tensor.make(targets.slice(at * rows, (at + 1) * rows))
    }))
  )

/** One step over all rows by so many at once, the weights it ends with, and the loss of all rows before it. */
const stepBy = (rows: number, isWeighed = true) =>
  Effect.gen(function* () {
    const trainer = yield* makeTrainer(objective(rows, isWeighed), {
      optimiser: sgd(),
      key,
      accumulate: 8 / rows,
      evaluation: objective(rows, isWeighed)
    })
    const evaluation = { every: 1, batches: rowsBy(rows) }
    const events = yield* Stream.runCollect(
      training(trainer, { batches: rowsBy(rows), rate: () => 0.5, steps: 1, key, evaluation })
    )
    const weight = Tensor.toTypedArray(yield* trainer.store.read("weight"))
    return {
      weight,
      stepLoss: events.find(({ event }) => event === "step"),
      evaluated: events.find(({ event }) => event === "evaluated")
    }
  }).pipe(Effect.scoped)

describe("an objective that says what its batches count for", () => {
  it.effect("takes the same step however its rows are parted, and is evaluated the same", () =>
    Effect.gen(function* () {
      const whole = yield* stepBy(8)
      for (const rows of [4, 2]) {
        const parted = yield* stepBy(rows)
        for (const [at, value] of whole.weight.entries()) assert.closeTo(parted.weight[at] as number, value, 1e-12)
        for (const event of ["stepLoss", "evaluated"] as const) {
          const [expected, actual] = [whole[event], parted[event]]
          assert.isTrue(expected !== undefined && "loss" in expected && actual !== undefined && "loss" in actual)
          if (!(expected !== undefined && "loss" in expected && actual !== undefined && "loss" in actual)) return
          assert.closeTo(actual.loss as number, expected.loss as number, 1e-12)
        }
      }
    }).pipe(onReference)
  )

  it.effect("differs from one by rows, of which some are left out", () =>
    Effect.gen(function* () {
      const [whole, byRows] = [yield* stepBy(8), yield* stepBy(4, false)]
      assert.isAbove(Math.abs((whole.weight[0] as number) - (byRows.weight[0] as number)), 1e-3)
    }).pipe(onReference)
  )

  it("refuses a weight that is no scalar float", () => {
    const wrong: Objective<AnyExpr, AnyExpr> = {
      ...objective(4),
      loss: (model, { points, targets }) => ({
        loss: op.crossEntropy(model(points as AnyExpr), targets as AnyExpr),
        weight: targets as AnyExpr
      })
    }
    assert.throws(() => makeTrainer(wrong, { optimiser: sgd(), key }), /weight\(i32\[4\]\): expected a scalar float/)
  })
})
