import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { Model, op } from "@residual/core"
import { Effect, Fiber, Stream } from "effect"
import {
  accuracy,
  adamW,
  type Batch,
  type FitOptions,
  type LossScaling,
  type Metric,
  makeTrainer,
  meanSquaredError,
  orderedRows,
  reduceOnPlateau,
  restore,
  type SettingError,
  saving,
  sgd,
  snapshot,
  type TrainerOptions,
  fit as training
} from "../src/index.ts"
import { batches, columns, key, objective, points, rate } from "./points.ts"

const onReference = Effect.provide(Reference.layer())
const held = orderedRows(points, { ...columns, batch: 32 })
const options = { optimiser: sgd(), key, evaluation: objective(32, true) }

/** What a function throws. */
const thrown = (f: () => unknown): SettingError => {
  try {
    f()
  } catch (error) {
    return error as SettingError
  }
  throw new Error("nothing was thrown")
}

describe("a trainer's options", () => {
  type Given = Partial<TrainerOptions<never, never>>
  const refused: ReadonlyArray<readonly [Given, RegExp]> = [
    ...[0, -1, 1.5, Number.NaN].map(
      (accumulate) => [{ accumulate }, /a trainer: accumulate is .*whole number/] as const
    ),
    [{ trains: () => false }, /trains is true for no parameter; expected some of slope, offset/],
    [{ evaluates: "average" }, /evaluates is average; expected .* has no optimiser\/average\/slope/],
    [{ clip: -1 }, /-1/],
    [{ taps: ["nose"] }, /nose: expected a tap of the model/],
    ...([{ initial: -5 }, { growth: Number.NaN }, { backoff: 2 }, { interval: 0 }, { least: 0 }] as const).map(
      (lossScaling: LossScaling) => [{ lossScaling }, /lossScaling: /] as const
    )
  ]
  for (const [given, message] of refused) {
    it(`are refused where they are composed: ${message}`, () => {
      const error = thrown(() => makeTrainer(objective(8), { ...options, ...(given as object) }))
      assert.match(error.message, message)
    })
  }
})

describe("a run's options", () => {
  type Given = Partial<FitOptions<never, never>>
  const evaluation = { every: 2, batches: held }
  const refused: ReadonlyArray<readonly [Given, string]> = [
    ...[Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY].map((steps): readonly [Given, string] => [{ steps }, "steps"]),
    [{ skips: Number.NaN }, "skips"],
    ...[0, -2, 1.5].map((every): readonly [object, string] => [
      { evaluation: { ...evaluation, every } },
      "evaluation.every"
    ]),
    [{ evaluation: { ...evaluation, patience: 0 } } as object, "evaluation.patience"],
    [{ evaluation: { ...evaluation, improvement: -1 } } as object, "evaluation.improvement"],
    [{ evaluation: { ...evaluation, metrics: [accuracy(), accuracy()] } } as object, "a name"]
  ]
  for (const [given, setting] of refused) {
    it.effect(`are refused where they are composed: ${setting} in ${JSON.stringify(given)}`, () =>
      Effect.gen(function* () {
        const trainer = yield* makeTrainer(objective(8), options)
        const error = thrown(() => training(trainer, { batches, rate, steps: 3, key, ...given }))
        assert.deepInclude(error, { _tag: "SettingError", setting })
      }).pipe(onReference)
    )
  }

  it.effect("are refused where an evaluation has no objective", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), { optimiser: sgd(), key })
      const error = thrown(() => training(trainer, { batches, rate, steps: 3, key, evaluation }))
      assert.deepInclude(error, { _tag: "SettingError", setting: "evaluation" })
      assert.deepInclude(
        thrown(() => saving(trainer, { save: () => Effect.succeed(""), every: 0 })),
        { _tag: "SettingError", owner: "saving" }
      )
    }).pipe(onReference)
  )
})

describe("a run fails, and is where it was before", () => {
  it.effect("with a rate that is no number", () =>
    Effect.gen(function* () {
      for (const rate of [() => Number.NaN, () => Number.POSITIVE_INFINITY]) {
        const trainer = yield* makeTrainer(objective(8), options)
        const before = yield* snapshot(trainer)
        const error = yield* Effect.flip(Stream.runDrain(training(trainer, { batches, rate, steps: 3, key })))
        assert.deepInclude(error, { _tag: "SettingError", setting: "the rate of step 1" })
        assert.deepStrictEqual(yield* snapshot(trainer), before)
      }
    }).pipe(onReference)
  )

  it.effect("with the state of another adaptive rate", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const { state, tensors } = yield* snapshot(trainer)
      yield* restore(trainer, { state: { ...state, rate: { other: 1 } }, tensors })
      const adaptive = reduceOnPlateau(rate, { patience: 1 })
      const error = yield* Effect.flip(Stream.runDrain(training(trainer, { batches, rate: adaptive, steps: 3, key })))
      assert.deepInclude(error, { _tag: "SettingError", setting: "the rate of step 1" })
    }).pipe(onReference)
  )

  it.effect("with a setting that leaves its range as steps go by", () =>
    Effect.gen(function* () {
      const momentum = (step: number) => (step < 2 ? 0.9 : 7)
      const trainer = yield* makeTrainer(objective(8), { ...options, optimiser: sgd({ momentum }) })
      const error = yield* Effect.flip(Stream.runDrain(training(trainer, { batches, rate, steps: 5, key })))
      assert.deepInclude(error, { _tag: "SettingError", given: 7 })
      assert.strictEqual(trainer.state.current.step, 2)
    }).pipe(onReference)
  )

  it.effect("with a metric that cannot measure a batch", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const evaluation = { every: 1, batches: held, metrics: [accuracy()] }
      const error = yield* Effect.flip(Stream.runDrain(training(trainer, { batches, rate, steps: 3, key, evaluation })))
      assert.deepInclude(error, { _tag: "MetricError", metric: "accuracy" })
    }).pipe(onReference)
  )

  it.effect("with nothing to learn from, or to be measured by", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const nothing: Stream.Stream<Batch> = Stream.empty
      const unfed = yield* Effect.flip(Stream.runDrain(training(trainer, { batches: nothing, rate, steps: 3, key })))
      assert.deepInclude(unfed, { _tag: "DataError", source: "the batches of a run" })
      for (const none of [
        nothing,
        Stream.map(held, (batch) => ({ ...batch, weights: Tensor.make(new Float32Array(32)) }))
      ]) {
        const evaluation = { every: 1, batches: none }
        const run = training(trainer, { batches, rate, steps: 3, key, evaluation })
        const unmeasured = yield* Effect.flip(Stream.runDrain(run))
        assert.deepInclude(unmeasured, { _tag: "DataError", source: "the batches of an evaluation" })
      }
    }).pipe(onReference)
  )

  it.effect("with gradients that only a limit by value would make finite", () =>
    Effect.gen(function* () {
      const root = Model.make({ w: Model.parameter([]) }, ({ w }) => op.sqrt(op.abs(w)))
      const trainer = yield* makeTrainer(
        { model: root, batch: { x: { dtype: "f32", shape: [1] } }, loss: (model, { x }) => model(x as never) },
        { optimiser: sgd(), key, clipValue: 1, parameters: { w: Tensor.make(0) } }
      )
      const batch = Stream.succeed({ x: Tensor.make([1]) })
      const error = yield* Effect.flip(Stream.runDrain(training(trainer, { batches: batch, rate, steps: 1, key })))
      assert.strictEqual((error as { readonly _tag: string })._tag, "TrainingError")
      assert.strictEqual(Tensor.toNumber(yield* trainer.store.read("w")), 0)
    }).pipe(onReference)
  )

  it.effect("with a snapshot of another optimiser's run, which lists what differs", () =>
    Effect.gen(function* () {
      const [plain, moments] = [
        yield* makeTrainer(objective(8), options),
        yield* makeTrainer(objective(8), { ...options, optimiser: adamW() })
      ]
      const before = yield* snapshot(moments)
      const error = yield* Effect.flip(restore(moments, yield* snapshot(plain)))
      assert.strictEqual(error._tag, "ParameterMismatch")
      assert.include(error.message, "optimiser/mean/slope")
      assert.deepStrictEqual(yield* snapshot(moments), before)
    }).pipe(onReference)
  )
})

describe("a run whose data end", () => {
  it.effect("between two evaluations is evaluated at its last step", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const evaluation = { every: 2, batches: held }
      const run = training(trainer, { batches: Stream.take(batches, 3), rate, steps: 9, key, evaluation })
      const events = yield* Stream.runCollect(run)
      assert.deepStrictEqual(
        events.map((event) => ("step" in event ? `${event.event} ${event.step}` : event.event)),
        ["started", "step 1", "step 2", "evaluated 2", "step 3", "evaluated 3", "finished"]
      )
    }).pipe(onReference)
  )

  it.effect("has metrics as JSON holds them, where they are not finite", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const beyond: Metric<number, { readonly most: number }> = {
        name: "beyond",
        initial: 0,
        add: (state) => state + 1,
        value: () => ({ most: Number.POSITIVE_INFINITY })
      }
      const evaluation = { every: 1, batches: held, metrics: [beyond, meanSquaredError({ predictions: "predicted" })] }
      const events = yield* Stream.runCollect(training(trainer, { batches, rate, steps: 1, key, evaluation }))
      const evaluated = events.find((event) => event.event === "evaluated")
      assert.deepStrictEqual(evaluated?.metrics["beyond"], { most: null })
    }).pipe(onReference)
  )
})

describe("a trainer that a run moves", () => {
  const run = { batches: Stream.take(batches, 20), rate, key }

  it.effect("is refused to another run, until that one has ended, however it does", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), { optimiser: sgd(), key })
      const go = (steps: number) => training(trainer, { ...run, steps })
      const isFree = Effect.map(Effect.result(Stream.runHead(go(1))), ({ _tag }) => _tag === "Success")
      const inside: Array<unknown> = []
      yield* Stream.runForEach(go(2), () =>
        Effect.gen(function* () {
          const before = trainer.state.current
          const error = yield* Effect.flip(Stream.runDrain(go(5)))
          assert.strictEqual(trainer.state.current, before)
          inside.push([error._tag, error.message])
        })
      )
      const message = "fit: trainer is moved by another run; expected one whose runs have ended"
      assert.deepStrictEqual(
        inside,
        Array.from({ length: 4 }, () => ["SettingError", message])
      )
      assert.isTrue(yield* isFree)
      yield* Effect.exit(Stream.runForEach(go(9), () => Effect.fail("left")))
      assert.isTrue(yield* isFree)
      yield* Effect.exit(Stream.runDrain(training(trainer, { ...run, steps: 9, batches: Stream.fail("no data") })))
      assert.isTrue(yield* isFree)
      const stalled = yield* Effect.forkChild(
        Stream.runDrain(training(trainer, { ...run, steps: 9, batches: Stream.never }))
      )
      while (yield* isFree) yield* Effect.yieldNow
      yield* Fiber.interrupt(stalled)
      assert.isTrue(yield* isFree)
    }).pipe(Effect.scoped, onReference)
  )
})
