import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { Effect, Metric, Option, Stream, Tracer } from "effect"
import { type Batch, DataError, makeTrainer, orderedRows, saving, sgd, fit as training } from "../src/index.ts"
import { batches, columns, key, objective, points, rate } from "./points.ts"

const onReference = Effect.provide(Reference.layer())
const options = { optimiser: sgd(), key, evaluation: objective(32) }
const held = orderedRows(points, { ...columns, batch: 32 })

/** Hands over the spans that end in an effect, and what came of that. */
const traced = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (given) => {
        const span = new Tracer.NativeSpan(given)
        spans.push(span)
        return span
      }
    })
    return Effect.map(Effect.exit(Effect.withTracer(effect, tracer)), (exit) => ({
      exit,
      named: (name: string) => spans.filter((span) => span.name === name)
    }))
  })

const outcomeOf = ({ status }: Tracer.NativeSpan) => (status._tag === "Ended" ? status.exit._tag : status._tag)

const parentOf = ({ parent }: Tracer.NativeSpan) => {
  const span = Option.getOrUndefined(parent)
  return span?._tag === "Span" ? span.name : undefined
}

describe("a tracer is given a span", () => {
  it.effect("of each evaluation, in which its batches run", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const evaluation = { every: 2, batches: held }
      const { named } = yield* traced(Stream.runDrain(training(trainer, { batches, rate, steps: 4, key, evaluation })))
      assert.deepStrictEqual(named("residual.evaluation").map(outcomeOf), ["Success", "Success"])
      const runs = named("residual.run").map(parentOf)
      assert.lengthOf(
        runs.filter((parent) => parent === "residual.evaluation"),
        2
      )
      assert.lengthOf(
        runs.filter((parent) => parent === "residual.step"),
        4
      )
    }).pipe(onReference)
  )

  it.effect("of an evaluation that fails", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const evaluation = { every: 1, batches: Stream.fail(new DataError({ source: "held out", reason: "it is gone" })) }
      const { named } = yield* traced(Stream.runDrain(training(trainer, { batches, rate, steps: 4, key, evaluation })))
      assert.deepStrictEqual(named("residual.evaluation").map(outcomeOf), ["Failure"])
    }).pipe(onReference)
  )

  it.effect("of each checkpoint, and of one that is not written", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const written = saving(trainer, { save: ({ state }) => Effect.succeed(`step-${state.step}`), every: 2 })
      const { named } = yield* traced(Stream.runDrain(written(training(trainer, { batches, rate, steps: 4, key }))))
      assert.deepStrictEqual(named("residual.checkpoint").map(outcomeOf), ["Success", "Success"])
      const refused = saving(trainer, { save: () => Effect.fail("no room"), every: 2 })
      const failed = yield* traced(Stream.runDrain(refused(training(trainer, { batches, rate, steps: 6, key }))))
      assert.strictEqual(failed.exit._tag, "Failure")
      assert.include(failed.named("residual.checkpoint").map(outcomeOf), "Failure")
    }).pipe(onReference)
  )

  it.effect("of a diagnosis, within its step", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const infinite = new Float32Array(8).fill(Number.POSITIVE_INFINITY)
      const bad = Stream.map(batches, (batch): Batch => ({ ...batch, targets: Tensor.make(infinite) }))
      const { exit, named } = yield* traced(Stream.runDrain(training(trainer, { batches: bad, rate, steps: 4, key })))
      assert.strictEqual(exit._tag, "Failure")
      const [diagnosis] = named("residual.diagnosis")
      assert.lengthOf(named("residual.diagnosis"), 1)
      assert.deepStrictEqual(
        [diagnosis && outcomeOf(diagnosis), diagnosis && parentOf(diagnosis)],
        ["Success", "residual.step"]
      )
    }).pipe(onReference)
  )
})

describe("Effect's metrics tell", () => {
  /** A metric's state, by its name. */
  const stateOf = (id: string): Effect.Effect<Readonly<Record<string, unknown>>> =>
    Effect.map(Metric.snapshot, (all) => ({ ...all.find((metric) => metric.id === id)?.state }))
  const withMetrics = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.suspend(() => Effect.provideService(effect, Metric.MetricRegistry, new Map()))

  it.effect("what the device holds", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const bytes = yield* trainer.liveBytes
      assert.isAbove(bytes, 0)
      yield* Stream.runDrain(training(trainer, { batches, rate, steps: 3, key }))
      assert.deepInclude(yield* stateOf("residual_device_bytes"), { value: yield* trainer.liveBytes })
    }).pipe(withMetrics, onReference)
  )

  it.effect("how long steps take", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const events = yield* Stream.runCollect(training(trainer, { batches, rate, steps: 5, key }))
      const seconds = events.flatMap((event) => (event.event === "step" ? [event.seconds] : []))
      const state = yield* stateOf("residual_training_step_seconds")
      assert.deepInclude(state, { count: 5, max: Math.max(...seconds), min: Math.min(...seconds) })
      assert.closeTo(
        state["sum"] as number,
        seconds.reduce((sum, value) => sum + value, 0),
        1e-9
      )
    }).pipe(withMetrics, onReference)
  )

  it.effect("the last loss on held-out data", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const evaluation = { every: 2, batches: held }
      const events = yield* Stream.runCollect(training(trainer, { batches, rate, steps: 4, key, evaluation }))
      const losses = events.flatMap((event) => (event.event === "evaluated" ? [event.loss] : []))
      assert.lengthOf(losses, 2)
      assert.deepInclude(yield* stateOf("residual_evaluation_loss"), { value: losses[1] })
    }).pipe(withMetrics, onReference)
  )
})
