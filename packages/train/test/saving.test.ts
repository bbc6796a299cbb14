import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { Deferred, Effect, Fiber, Stream } from "effect"
import {
  adamW,
  type Batch,
  type Checkpoint,
  checkpointOf,
  constantRate,
  decodeCheckpoint,
  encodeCheckpoint,
  makeTrainer,
  orderedRows,
  reduceOnPlateau,
  resume,
  type Snapshot,
  saving,
  sgd,
  shuffledRows,
  snapshot,
  type Trainer,
  type TrainingEvent,
  fit as training
} from "../src/index.ts"
import { batches, columns, key, objective, points, rate } from "./points.ts"

const onReference = Effect.provide(Reference.layer())
const options = { optimiser: adamW(), key, evaluation: objective(32, true) }
const described = { key, configuration: { model: "line" } }

/** Where checkpoints are kept in these tests, and in which order they came. */
const shelf = (trainer: Trainer) => {
  const saved: Array<{ readonly checkpoint: Checkpoint; readonly best: boolean }> = []
  const save = (taken: Snapshot, best: boolean) =>
    Effect.sync(() => {
      saved.push({ checkpoint: checkpointOf(trainer, taken, described), best })
      return `step-${taken.state.step}`
    })
  return { saved, save, steps: () => saved.map(({ checkpoint }) => checkpoint.header.step) }
}

const first = Effect.map(Stream.runCollect(Stream.take(batches, 1)), ([batch]) => batch as Batch)
const held = orderedRows(points, { ...columns, batch: 32 })

describe("a run that saves", () => {
  it.effect("does so after so many steps, after its best evaluations, and at its end", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const { saved, save, steps } = shelf(trainer)
      const evaluation = { every: 3, batches: held }
      const run = training(trainer, { batches, rate, steps: 7, key, evaluation }).pipe(
        saving(trainer, { save, every: 2 })
      )
      const events = yield* Stream.runCollect(run)
      assert.deepStrictEqual(
        events
          .filter(({ event }) => event !== "step")
          .map((event) => ("step" in event ? [event.event, event.step] : [event.event])),
        [
          ["started"],
          ["saved", 2],
          ["evaluated", 3],
          ["saved", 3],
          ["saved", 4],
          ["saved", 6],
          ["evaluated", 6],
          ["saved", 6],
          ["evaluated", 7],
          ["saved", 7],
          ["finished"]
        ]
      )
      assert.deepStrictEqual(steps(), [2, 3, 4, 6, 6, 7])
      assert.deepStrictEqual(
        saved.map(({ best }) => best),
        [false, true, false, false, true, true]
      )
      assert.deepInclude(saved.at(-1)?.checkpoint.header, { step: 7, updates: 7, position: 7 })
    }).pipe(onReference)
  )

  it.effect("saves what it has where a step is not finite, and names that", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const { save } = shelf(trainer)
      const poisoned = Stream.map(Stream.zipWithIndex(batches), ([batch, at]): Batch => {
        return at === 4 ? { ...batch, targets: Tensor.make(new Float32Array(8).fill(Number.NaN)) } : batch
      })
      const run = training(trainer, { batches: poisoned, rate, steps: 7, key }).pipe(
        saving(trainer, { save, every: 3 })
      )
      const error = yield* Effect.flip(Stream.runDrain(run))
      assert.deepInclude(error, { _tag: "TrainingError", step: 5, checkpoint: "step-4" })
      assert.include(error.message, "the checkpoint before it is step-4")
    }).pipe(onReference)
  )

  it.effect("saves what it has where its batches fail", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const { save, steps } = shelf(trainer)
      const failing = Stream.concat(Stream.take(batches, 3), Stream.fail("the source is gone"))
      const run = training(trainer, { batches: failing, rate, steps: 7, key }).pipe(saving(trainer, { save }))
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(run)), "the source is gone")
      assert.deepStrictEqual(steps(), [3])
    }).pipe(onReference)
  )

  it.effect("tells of a step before it saves, so that a failure to save hides none", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const seen: Array<string> = []
      const run = training(trainer, { batches, rate, steps: 7, key }).pipe(
        saving(trainer, { save: () => Effect.fail("the disk is full"), every: 2 }),
        Stream.runForEach((event) => Effect.sync(() => seen.push(event.event)))
      )
      assert.strictEqual(yield* Effect.flip(run), "the disk is full")
      assert.deepStrictEqual(seen, ["started", "step", "step"])
      assert.strictEqual(trainer.state.current.step, 2)
    }).pipe(onReference)
  )

  it.live("saves once where it is interrupted while it saves", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const { save, steps } = shelf(trainer)
      const isSaving = yield* Deferred.make<void>()
      const slowly = (taken: Snapshot, best: boolean) =>
        Deferred.succeed(isSaving, undefined).pipe(
          Effect.andThen(Effect.sleep("20 millis")),
          Effect.andThen(save(taken, best))
        )
      const run = training(trainer, { batches, rate, steps: 7, key }).pipe(saving(trainer, { save: slowly, every: 2 }))
      const fiber = yield* Effect.forkChild(Stream.runDrain(run))
      yield* Deferred.await(isSaving)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(steps(), [2])
    }).pipe(onReference)
  )

  it.effect("names the checkpoint that it goes on from, before it has one of its own", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const poisoned = Stream.make({ ...(yield* first), targets: Tensor.make(new Float32Array(8).fill(Number.NaN)) })
      const run = training(trainer, { batches: poisoned, rate, steps: 7, key })
      const error = yield* Effect.flip(Stream.runDrain(saving(trainer, { ...shelf(trainer), from: "step-0" })(run)))
      assert.deepInclude(error, { _tag: "TrainingError", step: 1, checkpoint: "step-0" })
    }).pipe(onReference)
  )

  it.effect("saves where it is stopped, and tells so where it is heard", () =>
    Effect.gen(function* () {
      const isThird = (event: TrainingEvent) => event.event === "step" && event.step === 3
      const stopped = (where: "before" | "after") =>
        Effect.gen(function* () {
          const trainer = yield* makeTrainer(objective(8), options)
          const { save, steps } = shelf(trainer)
          const run = training(trainer, { batches, rate, steps: 7, key })
          const stop = <E>(events: Stream.Stream<TrainingEvent, E>) => Stream.takeUntil(events, isThird)
          const events = yield* Stream.runCollect(
            where === "before" ? run.pipe(stop, saving(trainer, { save })) : run.pipe(saving(trainer, { save }), stop)
          )
          return [events.map(({ event }) => event).slice(-2), steps()]
        })
      assert.deepStrictEqual(yield* stopped("before"), [["step", "saved"], [3]])
      assert.deepStrictEqual(yield* stopped("after"), [["step", "step"], [3]])
    }).pipe(onReference)
  )

  it.live("saves where it is interrupted", () =>
    Effect.gen(function* () {
      const trainer = yield* makeTrainer(objective(8), options)
      const { save, steps } = shelf(trainer)
      const isUnderWay = yield* Deferred.make<void>()
      const run = training(trainer, { batches, rate, steps: 1e6, key }).pipe(
        saving(trainer, { save }),
        Stream.tap((event) =>
          event.event === "step" && event.step === 5 ? Deferred.succeed(isUnderWay, undefined) : Effect.void
        ),
        Stream.runDrain
      )
      const fiber = yield* Effect.forkChild(run)
      yield* Deferred.await(isUnderWay)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(steps(), [trainer.state.current.step])
      assert.isAtLeast(trainer.state.current.step, 5)
    }).pipe(onReference)
  )
})

describe("a run that goes on from a checkpoint", () => {
  /** An adaptive rate, evaluations and several batches a step: all that a run's state holds. */
  const full = { ...options, accumulate: 2 }
  const adaptive = reduceOnPlateau(constantRate(0.1), { patience: 0, factor: 0.5, threshold: 0.3 })
  const steps = 9
  const evaluation = { every: 3, batches: held }
  const go = (trainer: Trainer, last: number) => {
    const { batches: from } = trainer.state.current
    const rest = shuffledRows(points, { ...columns, batch: 8, key, from })
    return training(trainer, { batches: rest, rate: adaptive, steps: last, key, evaluation })
  }

  for (const at of [1, 3, 4, 6]) {
    it.effect(`is the same to the bit as one that never stopped, from step ${at}`, () =>
      Effect.gen(function* () {
        const whole = yield* makeTrainer(objective(8), full)
        yield* Stream.runDrain(go(whole, steps))
        const first = yield* makeTrainer(objective(8), full)
        const { saved, save } = shelf(first)
        // Stopped at once after it has saved, before the evaluation that follows the step.
        yield* go(first, steps).pipe(
          saving(first, { save, every: at }),
          Stream.takeUntil((event) => event.event === "saved" && event.step === at),
          Stream.runDrain
        )
        const bytes = yield* encodeCheckpoint("first", saved.at(-1)?.checkpoint as Checkpoint)
        const second = yield* makeTrainer(objective(8), full)
        assert.deepStrictEqual(yield* resume(second, "first", yield* decodeCheckpoint("first", bytes)), [])
        assert.strictEqual(second.state.current.step, at)
        yield* Stream.runDrain(go(second, steps))
        const [expected, actual] = [yield* snapshot(whole), yield* snapshot(second)]
        const { seconds: _, ...state } = expected.state
        assert.deepInclude(actual.state, state)
        for (const [slot, value] of Object.entries(expected.tensors)) {
          assert.isTrue(Tensor.equals(actual.tensors[slot] as Tensor.Tensor, value), slot)
        }
      }).pipe(onReference)
    )
  }

  it.effect("refuses one of another optimiser, and changes nothing", () =>
    Effect.gen(function* () {
      const first = yield* makeTrainer(objective(8), options)
      const checkpoint = checkpointOf(first, yield* snapshot(first), described)
      const other = yield* makeTrainer(objective(8), { ...options, optimiser: sgd({ momentum: 0.9 }) })
      const before = yield* snapshot(other)
      const error = yield* Effect.flip(resume(other, "first", checkpoint))
      assert.strictEqual(error._tag, "ParameterMismatch")
      assert.include(error.message, "optimiser/momentum/slope")
      assert.include(error.message, "optimiser/mean/slope")
      const { header, tensors } = checkpointOf(other, before, described)
      const foreign = yield* Effect.flip(resume(other, "odd.safetensors", { header: { ...header, run: [1] }, tensors }))
      assert.strictEqual(foreign._tag, "CheckpointError")
      assert.include(foreign.message, "odd.safetensors: its run is none of this library's")
      assert.deepStrictEqual(yield* snapshot(other), before)
    }).pipe(onReference)
  )

  it.effect("tells what differs between the devices, and between versions", () =>
    Effect.gen(function* () {
      const first = yield* makeTrainer(objective(8), options)
      const { header, tensors } = checkpointOf(first, yield* snapshot(first), described)
      const elsewhere = { header: { ...header, device: { ...header.device, name: "cpu" } }, tensors }
      const differences = yield* resume(first, "first", elsewhere)
      assert.deepStrictEqual(differences, [{ what: "name", before: "cpu", now: "reference" }])
      const earlier = { header: { ...header, versions: { ...header.versions, platform: "Node 1.2.3" } }, tensors }
      assert.deepStrictEqual(yield* resume(first, "first", earlier), [
        { what: "platform", before: "Node 1.2.3", now: `Node ${process.versions.node}` }
      ])
    }).pipe(onReference)
  )
})
