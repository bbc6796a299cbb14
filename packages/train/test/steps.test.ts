import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import { Effect, Stream } from "effect"
import {
  type AdaptiveRate,
  type Batch,
  constantRate,
  type Metric,
  makeTrainer,
  orderedRows,
  restore,
  sgd,
  shuffledRows,
  snapshot,
  type Trainer,
  type TrainerOptions,
  fit as training
} from "../src/index.ts"
import { batches, columns, key, objective, points, rate } from "./points.ts"

const onReference = Effect.provide(Reference.layer())
const options = { optimiser: sgd({ momentum: 0.9 }), key }

/** A line that draws nothing, in an objective whose rows have weights. */
const plain = (rows: number) => ({
  ...objective(rows, true),
  model: Model.make({ slope: Model.parameter([]), offset: Model.parameter([]) }, ({ slope, offset }, x: AnyExpr) =>
    op.add(op.mul(x, slope), offset)
  )
})

const numbers = (trainer: Trainer, ...slots: ReadonlyArray<string>) =>
  Effect.forEach(slots, (slot) => Effect.map(trainer.store.read(slot), Tensor.toNumber))

/** Batches of which those at some places hold a target that is not finite. */
const poisoned = (places: ReadonlyArray<number>): Stream.Stream<Batch, unknown> =>
  Stream.map(Stream.zipWithIndex(batches), ([batch, at]) =>
    places.includes(at) ? { ...batch, targets: Tensor.make(new Float32Array(8).fill(Number.NaN)) } : batch
  )

describe("a step of several batches", () => {
  it.effect("moves parameters as one of all of their rows, whatever the batches weigh", () =>
    Effect.gen(function* () {
      const held = (batch: number) => Stream.forever(orderedRows(points, { ...columns, batch }))
      const whole = yield* makeTrainer(plain(32), { ...options, clip: 1 })
      yield* Stream.runDrain(training(whole, { batches: held(32), rate, steps: 6, key }))
      // Rows by twelves are two batches and one that is filled up with four rows of no weight.
      const parts = yield* makeTrainer(plain(12), { ...options, clip: 1, accumulate: 3 })
      const events = yield* Stream.runCollect(training(parts, { batches: held(12), rate, steps: 6, key }))
      const [expected, actual] = [yield* numbers(whole, "slope", "offset"), yield* numbers(parts, "slope", "offset")]
      for (const [at, value] of expected.entries()) assert.closeTo(actual[at] as number, value, 1e-12)
      assert.deepStrictEqual(
        events.filter(({ event }) => event === "step").map((event) => event.event === "step" && event.tokens),
        [32, 32, 32, 32, 32, 32]
      )
      assert.deepInclude(parts.state.current, { step: 6, updates: 6, batches: 18 })
    }).pipe(onReference)
  )

  it.effect("takes model states over with the step alone", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), { ...options, accumulate: 4 })
      yield* Stream.runDrain(training(trainer, { batches, rate, steps: 3, key }))
      assert.deepStrictEqual(yield* numbers(trainer, "calls"), [12])
      const failing = training(trainer, { batches: poisoned([2]), rate, steps: 4, key })
      const error = yield* Effect.flip(Stream.runDrain(failing))
      assert.strictEqual((error as { readonly _tag: string })._tag, "TrainingError")
      assert.deepStrictEqual(yield* numbers(trainer, "calls"), [12])
      assert.deepInclude(trainer.state.current, { step: 3, batches: 12 })
      yield* Stream.runDrain(training(trainer, { batches, rate, steps: 4, key }))
      assert.deepStrictEqual(yield* numbers(trainer, "calls"), [16])
    }).pipe(onReference)
  )

  it.effect("is made of what there is where the data end", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), { ...options, accumulate: 4 })
      const evaluation = { every: 2, batches: orderedRows(points, { ...columns, batch: 8 }) }
      const judged = yield* makeTrainer(objective(8), { ...options, accumulate: 4, evaluation: objective(8, true) })
      const few = Stream.take(batches, 6)
      yield* Stream.runDrain(training(trainer, { batches: few, rate, steps: 9, key }))
      assert.deepInclude(trainer.state.current, { step: 2, batches: 6 })
      const events = yield* Stream.runCollect(training(judged, { batches: few, rate, steps: 9, key, evaluation }))
      assert.deepStrictEqual(
        events.map(({ event }) => event),
        ["started", "step", "step", "evaluated", "finished"]
      )
      assert.deepInclude(events.at(-1), { reason: "data" })
    }).pipe(onReference)
  )

  it.effect("goes on from a snapshot to the bit", () =>
    Effect.gen(function* () {
      const make = makeTrainer(objective(8), { ...options, accumulate: 2 })
      const whole = yield* make
      yield* Stream.runDrain(training(whole, { batches, rate, steps: 6, key }))
      const first = yield* make
      yield* Stream.runDrain(training(first, { batches, rate, steps: 4, key }))
      const second = yield* make
      yield* restore(second, yield* snapshot(first))
      const rest = shuffledRows(points, { ...columns, batch: 8, key, from: second.state.current.batches })
      yield* Stream.runDrain(training(second, { batches: rest, rate, steps: 6, key }))
      const [expected, actual] = [yield* snapshot(whole), yield* snapshot(second)]
      assert.deepStrictEqual(Object.keys(actual.tensors), Object.keys(expected.tensors))
      for (const [slot, value] of Object.entries(expected.tensors)) {
        assert.isTrue(Tensor.equals(actual.tensors[slot] as Tensor.Tensor, value), slot)
      }
    }).pipe(onReference)
  )
})

describe("a step that is not finite", () => {
  const skipping = (
    places: ReadonlyArray<number>,
    skips: number,
    extra: Partial<TrainerOptions<AnyExpr, AnyExpr>> = {}
  ) =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), { ...options, ...extra })
      const run = training(trainer, { batches: poisoned(places), rate, steps: 8, key, skips })
      return { trainer, events: yield* Effect.exit(Stream.runCollect(run)) }
    })

  it.effect("is skipped where that is allowed, and changes nothing", () =>
    Effect.gen(function* () {
      const { trainer, events } = yield* skipping([2, 3, 6], 2)
      assert.strictEqual(events._tag, "Success")
      if (events._tag !== "Success") return
      const kinds = events.value.map((event) => ("step" in event ? [event.event, event.step] : event.event))
      assert.deepStrictEqual(kinds.slice(3, 5), [
        ["skipped", 3],
        ["skipped", 4]
      ])
      assert.deepInclude(events.value[3], { loss: null, gradientNorm: null, rate: 0.1 })
      assert.deepInclude(trainer.state.current, { step: 8, updates: 5, batches: 8, skipped: 0 })
      assert.deepStrictEqual(yield* numbers(trainer, "calls"), [5])
    }).pipe(onReference)
  )

  it.effect("ends a run in which more follow one another than are allowed", () =>
    Effect.gen(function* () {
      const { trainer, events } = yield* skipping([2, 3, 4], 2)
      assert.strictEqual(events._tag, "Failure")
      assert.deepInclude(trainer.state.current, { step: 4, updates: 2, skipped: 2 })
    }).pipe(onReference)
  )
})

describe("a loss that is scaled", () => {
  it.effect("gives the same steps, and its scale follows what is not finite", () =>
    Effect.gen(function* () {
      const plainRun = yield* makeTrainer(plain(8), options)
      yield* Stream.runDrain(training(plainRun, { batches, rate, steps: 6, key }))
      const lossScaling = { initial: 1024, interval: 3 }
      const scaled = yield* makeTrainer(plain(8), { ...options, lossScaling })
      yield* Stream.runDrain(training(scaled, { batches, rate, steps: 6, key }))
      const [expected, actual] = [
        yield* numbers(plainRun, "slope", "offset"),
        yield* numbers(scaled, "slope", "offset")
      ]
      for (const [at, value] of expected.entries()) assert.closeTo(actual[at] as number, value, 1e-12)
      assert.deepStrictEqual(scaled.state.current.lossScale, { scale: 4096, steps: 0 })
    }).pipe(onReference)
  )

  it.effect("is halved by gradients that are not finite, whose step needs no leave to be skipped", () =>
    Effect.gen(function* () {
      // Gradients beyond what 64 bits hold, of a loss that is told without its scale.
      const lossScaling = { initial: 1.5e308, interval: 100 }
      const trainer = yield* makeTrainer(plain(8), { ...options, lossScaling })
      const events = yield* Stream.runCollect(training(trainer, { batches, rate, steps: 8, key }))
      const skipped = events.filter((event) => event.event === "skipped")
      assert.isNotEmpty(skipped)
      assert.deepStrictEqual(
        skipped.map(({ lossScale }) => lossScale),
        skipped.map((_, at) => 1.5e308 / 2 ** (at + 1))
      )
      assert.isTrue(skipped.every(({ loss, gradientNorm }) => loss !== null && gradientNorm === null))
      assert.deepInclude(trainer.state.current, { step: 8, updates: 8 - skipped.length, skipped: 0 })
    }).pipe(onReference)
  )

  it.effect("is as it was where the loss is not finite, which no scale is at fault for", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), { ...options, lossScaling: { initial: 4, interval: 100 } })
      const run = training(trainer, { batches: poisoned([1, 2]), rate, steps: 8, key, skips: 1 })
      const error = yield* Effect.flip(Stream.runDrain(run))
      assert.deepInclude(error, { _tag: "TrainingError", step: 3 })
      assert.deepInclude(trainer.state.current, { step: 2, skipped: 1, lossScale: { scale: 4, steps: 1 } })
    }).pipe(onReference)
  )

  it.effect("stays within what its settings and 32 bits allow", () =>
    Effect.gen(function* () {
      const scaleAfter = (initial: number) =>
        Effect.gen(function* () {
          const lossScaling = { initial, interval: 1 }
          const trainer = yield* makeTrainer(plain(8), { ...options, lossScaling })
          yield* Stream.runDrain(training(trainer, { batches, rate, steps: 2, key }))
          return trainer.state.current.lossScale?.scale
        })
      assert.strictEqual(yield* scaleAfter(2 ** 118), 2 ** 120)
      assert.strictEqual(yield* scaleAfter(2 ** 119), 2 ** 120)
    }).pipe(onReference)
  )
})

describe("what is seen of a run", () => {
  it.effect("includes what the model's bodies tapped, where a step is asked for it", () =>
    Effect.gen(function* () {
      for (const accumulate of [1, 2]) {
        const trainer = yield* makeTrainer(objective(8), { ...options, accumulate, taps: ["noise"] })
        const seen: Array<readonly [number, ReadonlyArray<number> | undefined]> = []
        const onTaps = (step: number, taps: Readonly<Record<string, Tensor.Tensor>>) =>
          Effect.sync(() => {
            seen.push([step, taps["noise"]?.type.shape])
          })
        yield* Stream.runDrain(training(trainer, { batches, rate, steps: 2, key, onTaps }))
        assert.deepStrictEqual(seen, [
          [1, [8]],
          [2, [8]]
        ])
      }
      assert.throws(
        () => Effect.runSync(Effect.scoped(onReference(makeTrainer(objective(8), { ...options, taps: ["nose"] })))),
        /nose: expected a tap of the model, which has noise/
      )
    }).pipe(onReference)
  )

  it.effect("includes metrics over all held-out rows, however they are batched", () =>
    Effect.gen(function* () {
      const greatest: Metric<number, number> = {
        name: "greatest error",
        initial: 0,
        add: (so, { outputs, batch }) => {
          const read = (tensor: Tensor.Tensor | undefined) => Array.from(Tensor.toTypedArray(tensor as Tensor.Tensor))
          const [predicted, targets] = [read(outputs["predicted"]), read(batch["targets"])]
          const errors = read(batch["weights"]).map(
            (weight, row) => weight * Math.abs((predicted[row] as number) - (targets[row] as number))
          )
          return Math.max(so, ...errors)
        },
        value: (so) => so
      }
      const values = yield* Effect.forEach([5, 32], (rows) =>
        Effect.gen(function* () {
          const trainer = yield* makeTrainer(objective(8), { ...options, evaluation: objective(rows, true) })
          const held = orderedRows(points, { ...columns, batch: rows })
          const evaluation = { every: 3, batches: held, metrics: [greatest] }
          const events = yield* Stream.runCollect(training(trainer, { batches, rate, steps: 3, key, evaluation }))
          const evaluated = events.find((event) => event.event === "evaluated")
          return evaluated?.metrics["greatest error"] as number
        })
      )
      assert.isAbove(values[0] as number, 0.1)
      assert.closeTo(values[1] as number, values[0] as number, 1e-12)
    }).pipe(onReference)
  )

  it.effect("includes which evaluation was the best, and ends where none gets better", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), { ...options, evaluation: objective(32, true) })
      const held = orderedRows(points, { ...columns, batch: 32 })
      // A rate that ruins what was learned from the fourth step on.
      const ruinous = (step: number) => (step < 4 ? 0.05 : 3)
      const evaluation = { every: 2, batches: held, patience: 2 }
      const events = yield* Stream.runCollect(training(trainer, { batches, rate: ruinous, steps: 50, key, evaluation }))
      const evaluated = events.filter((event) => event.event === "evaluated")
      assert.deepStrictEqual(
        evaluated.map(({ step, best, sinceBest }) => [step, best, sinceBest]),
        [
          [2, true, 0],
          [4, true, 0],
          [6, false, 1],
          [8, false, 2]
        ]
      )
      assert.deepInclude(events.at(-1), { event: "finished", steps: 8, reason: "patience" })
      assert.strictEqual(trainer.state.current.best?.step, 4)
    }).pipe(onReference)
  )

  it.effect("tells an adaptive rate each loss on held-out data, and keeps what it makes of them", () =>
    Effect.gen(function* () {
      const halving: AdaptiveRate<number> = { initial: 1, observe: (so) => so / 2, rate: (so) => so / 10 }
      const trainer = yield* makeTrainer(objective(8), { ...options, evaluation: objective(32, true) })
      const evaluation = { every: 2, batches: orderedRows(points, { ...columns, batch: 32 }) }
      const events = yield* Stream.runCollect(training(trainer, { batches, rate: halving, steps: 5, key, evaluation }))
      assert.deepStrictEqual(
        events.filter((event) => event.event === "step").map(({ rate }) => rate),
        [0.1, 0.1, 0.05, 0.05, 0.025]
      )
      assert.strictEqual(trainer.state.current.rate, 0.125)
    }).pipe(onReference)
  )
})

describe("an evaluation of averaged parameters", () => {
  it.effect("reads the optimiser's state in their place", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(plain(8), {
        ...options,
        key: HostRandom.keyFromSeed(3),
        evaluation: plain(32),
        evaluates: "momentum"
      })
      const evaluation = { every: 1, batches: orderedRows(points, { ...columns, batch: 32 }) }
      const events = yield* Stream.runCollect(
        training(trainer, { batches, rate: constantRate(0), steps: 1, key, evaluation })
      )
      const [slope, offset] = yield* numbers(trainer, "optimiser/momentum/slope", "optimiser/momentum/offset")
      const errors = Array.from({ length: 32 }, (_, at) => {
        const x = at / 16 - 1
        return ((slope as number) * x + (offset as number) - (2 * x - 1)) ** 2
      })
      const evaluated = events.find((event) => event.event === "evaluated")
      assert.closeTo(evaluated?.loss as number, errors.reduce((sum, error) => sum + error, 0) / 32, 1e-9)
    }).pipe(onReference)
  )
})
