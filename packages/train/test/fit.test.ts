import { assert, describe, it } from "@effect/vitest"
import { Backend, ProgramCache, Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { HostRandom } from "@residual/core"
import { Deferred, Duration, Effect, Fiber, Metric, Schema, Stream, Tracer } from "effect"
import {
  adamW,
  type Batch,
  constantRate,
  type EventOf,
  makeTrainer,
  orderedRows,
  restore,
  sgd,
  shuffledRows,
  snapshot,
  TrainingEvent,
  fit as training
} from "../src/index.ts"
import { batches, columns, key, objective, points, rate } from "./points.ts"

const options = { optimiser: adamW({ weightDecay: 0 }), key, clip: 1 }
const onReference = Effect.provide(Reference.layer())

describe("a training run", () => {
  it.effect("starts, makes its steps, and finishes", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const events = yield* Stream.runCollect(training(trainer, { batches, rate, steps: 80, key }))
      assert.deepStrictEqual(events[0], { event: "started", parameters: 2, from: 0, steps: 80 })
      const steps = events.filter((event) => event.event === "step")
      assert.deepStrictEqual(
        steps.map(({ step }) => step),
        Array.from({ length: 80 }, (_, at) => at + 1)
      )
      assert.isAbove(steps[0]?.loss as number, 0.5)
      assert.isBelow(steps.at(-1)?.loss as number, 0.01)
      assert.deepStrictEqual(new Set(steps.map(({ tokens }) => tokens)), new Set([8]))
      const { seconds: _, ...finished } = events.at(-1) as EventOf<"finished">
      const loss = steps.at(-1)?.loss as number
      assert.deepStrictEqual(finished, { event: "finished", steps: 80, loss, reason: "steps" })
      assert.closeTo(Tensor.toNumber(yield* trainer.store.read("slope")), 2, 0.1)
      for (const event of events) assert.deepStrictEqual(Schema.decodeUnknownSync(TrainingEvent)(event), event)
    }).pipe(onReference)
  )

  it.effect("compiles its step once, and nothing for a run like it", () =>
    Effect.gen(function* () {
      const cache = yield* ProgramCache
      const trainer = yield* makeTrainer(objective(8), options)
      const before = yield* cache.compilations
      yield* Stream.runDrain(training(trainer, { batches, rate, steps: 2, key }))
      const again = yield* makeTrainer(objective(8), { ...options, key: HostRandom.keyFromSeed(2) })
      yield* Stream.runDrain(training(again, { batches, rate: constantRate(0.2), steps: 5, key }))
      assert.strictEqual(yield* cache.compilations, before)
      assert.strictEqual(before, 2)
    }).pipe(onReference)
  )

  it.effect("makes no step that nobody asks for", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const all = yield* Stream.runCollect(Stream.take(batches, 40))
      const atOnce = Stream.fromIterable(all)
      yield* training(trainer, { batches: atOnce, rate, steps: 40, key }).pipe(
        Stream.takeUntil((event) => event.event === "step" && event.step === 3),
        Stream.runDrain
      )
      assert.strictEqual(Tensor.toNumber(yield* trainer.store.read("calls")), 3)
    }).pipe(onReference)
  )

  it.effect("tells Effect's metrics what it measures", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const events = yield* Stream.runCollect(training(trainer, { batches, rate, steps: 3, key }))
      const metrics = yield* Metric.snapshot
      const state = (id: string) => metrics.find((metric) => metric.id === id)?.state
      const last = events.find((event) => event.event === "step" && event.step === 3)
      assert.deepInclude(last, { loss: (state("residual_training_loss") as { readonly value: number }).value })
      assert.deepInclude(state("residual_training_elements"), { count: 24 })
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()), onReference)
  )

  it.live("lets others have their turn, however small its steps", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      let turns = 0
      const other = yield* Effect.forkChild(
        Effect.forever(
          Effect.andThen(
            Effect.yieldNow,
            Effect.sync(() => turns++)
          )
        )
      )
      const training1000 = training(trainer, { batches, rate, steps: 1000, key })
      const [elapsed] = yield* Effect.timed(Stream.runDrain(training1000))
      yield* Fiber.interrupt(other)
      assert.isAtLeast(turns, Math.min(10, Duration.toMillis(elapsed) / 100))
    }).pipe(onReference)
  )

  it.effect("gives a tracer one span for each step", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const names: Array<string> = []
      const tracer = Tracer.make({
        span: (given) => {
          names.push(given.name)
          return new Tracer.NativeSpan(given)
        }
      })
      yield* Effect.withTracer(Stream.runDrain(training(trainer, { batches, rate, steps: 3, key })), tracer)
      assert.strictEqual(names.filter((name) => name === "residual.step").length, 3)
    }).pipe(onReference)
  )

  it.effect("ends with its batches", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const few = Stream.take(batches, 2)
      const events = yield* Stream.runCollect(training(trainer, { batches: few, rate, steps: 9, key }))
      assert.deepInclude(events.at(-1), { event: "finished", steps: 2, reason: "data" })
    }).pipe(onReference)
  )

  it.effect("goes on where another one stopped as if it had never stopped, to the bit", () =>
    Effect.gen(function* () {
      const whole = yield* makeTrainer(objective(8), options)
      yield* Stream.runDrain(training(whole, { batches, rate, steps: 12, key }))
      const first = yield* makeTrainer(objective(8), options)
      yield* Stream.runDrain(training(first, { batches, rate, steps: 7, key }))
      const second = yield* makeTrainer(objective(8), { ...options, key: HostRandom.keyFromSeed(9) })
      yield* restore(second, yield* snapshot(first))
      const rest = shuffledRows(points, { ...columns, batch: 8, key, from: second.state.current.batches })
      const events = yield* Stream.runCollect(training(second, { batches: rest, rate, steps: 12, key }))
      assert.deepStrictEqual(events[0], { event: "started", parameters: 2, from: 7, steps: 12 })
      const [expected, actual] = [yield* whole.store.snapshot, yield* second.store.snapshot]
      assert.deepStrictEqual(Object.keys(actual).toSorted(), Object.keys(expected).toSorted())
      for (const [slot, value] of Object.entries(expected)) {
        assert.isTrue(Tensor.equals(actual[slot] as Tensor.Tensor, value), slot)
      }
    }).pipe(onReference)
  )

  it.effect("does not take a step whose loss is not finite, and leaves everything as it was", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), { ...options, optimiser: sgd({ momentum: 0.9 }) })
      const poisoned = Stream.map(Stream.zipWithIndex(batches), ([batch, at]): Batch => {
        const targets = Tensor.make(new Float32Array(8).fill(Number.POSITIVE_INFINITY))
        return at === 2 ? { ...batch, targets } : batch
      })
      const run = { rate, steps: 9, key }
      yield* Stream.runDrain(training(trainer, { ...run, batches, steps: 2 }))
      const before = yield* trainer.store.snapshot
      const again = Stream.drop(poisoned, 2)
      const error = yield* Effect.flip(Stream.runDrain(training(trainer, { ...run, batches: again })))
      assert.strictEqual(error._tag, "TrainingError")
      assert.deepInclude(error, { step: 3, loss: Number.POSITIVE_INFINITY, rate: 0.1 })
      const after = yield* trainer.store.snapshot
      for (const [slot, value] of Object.entries(before)) {
        assert.isTrue(Tensor.equals(after[slot] as Tensor.Tensor, value), slot)
      }
    }).pipe(onReference)
  )

  it.live("ends between two steps when it is interrupted, and frees the device", () =>
    Effect.gen(function* () {
      const backend = yield* Backend
      // Programs stay loaded beyond a run; everything else goes with it.
      yield* Effect.scoped(makeTrainer(objective(8), options))
      const idle = yield* backend.liveBytes
      const seen: Array<TrainingEvent> = []
      let calls = Number.NaN
      const isUnderWay = yield* Deferred.make<void>()
      const run = Effect.scoped(
        Effect.gen(function* () {
          const trainer = yield* makeTrainer(objective(8), options)
          const watched = training(trainer, { batches, rate, steps: 1e6, key }).pipe(
            Stream.tap((event) =>
              Effect.suspend(() => {
                seen.push(event)
                return seen.length > 5 ? Deferred.succeed(isUnderWay, undefined) : Effect.void
              })
            ),
            Stream.runDrain
          )
          yield* Effect.onInterrupt(watched, () =>
            Effect.map(Effect.orDie(trainer.store.read("calls")), (value) => {
              calls = Tensor.toNumber(value)
            })
          )
        })
      )
      const fiber = yield* Effect.forkChild(run)
      yield* Deferred.await(isUnderWay)
      assert.isAbove(yield* backend.liveBytes, idle)
      yield* Fiber.interrupt(fiber)
      const steps = seen.filter(({ event }) => event === "step").length
      // The step at hand is finished before the interruption is heard.
      assert.include([steps, steps + 1], calls)
      assert.strictEqual(yield* backend.liveBytes, idle)
    }).pipe(onReference)
  )

  it.effect("evaluates now and then and at its end, the same however the rows are batched", () =>
    Effect.gen(function* () {
      const evaluated = (rows: number) =>
        Effect.gen(function* () {
          const evaluation = objective(rows, true)
          const trainer = yield* makeTrainer(objective(8), { ...options, evaluation })
          const held = orderedRows(points, { ...columns, batch: rows })
          const events = yield* Stream.runCollect(
            training(trainer, { batches, rate, steps: 5, key, evaluation: { every: 2, batches: held } })
          )
          return events.filter((event) => event.event === "evaluated")
        })
      const byOne = yield* evaluated(1)
      assert.deepStrictEqual(
        byOne.map(({ step }) => step),
        [2, 4, 5]
      )
      for (const rows of [5, 32, 40]) {
        for (const [at, { loss }] of (yield* evaluated(rows)).entries()) {
          assert.closeTo(loss as number, byOne[at]?.loss as number, 1e-12)
        }
      }
    }).pipe(onReference)
  )
})
