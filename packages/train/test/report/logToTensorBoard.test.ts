import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import * as Reference from "@residual/backends/reference"
import { Clock, Deferred, Effect, Fiber, FileSystem, Path, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import {
  type EventOf,
  logToTensorBoard,
  makeTrainer,
  meanAbsoluteError,
  openEventFile,
  orderedRows,
  ReportError,
  sgd,
  type TrainingEvent,
  fit as training
} from "../../src/index.ts"
import { type FileOperation, faultyFiles, ioError } from "../faultyFiles.ts"
import { batches, columns, key, objective, points, rate } from "../points.ts"
import { readEventFile, scalarsIn } from "./readEventFile.ts"

const inFolder = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const folder = join(yield* files.makeTempDirectoryScoped({ prefix: "residual-events-" }), "runs", "first")
  const read = Effect.gen(function* () {
    const names = (yield* files.readDirectory(folder)).sort()
    return yield* Effect.forEach(names, (name) => Effect.map(files.readFile(join(folder, name)), readEventFile))
  })
  return { folder, read, names: files.readDirectory(folder) }
})

const stepEvent = (step: number): TrainingEvent => ({
  event: "step",
  step,
  loss: 1 / step,
  gradientNorm: 2,
  rate: 0.5,
  tokens: 8,
  seconds: 0.25
})
const finished = (steps: number): TrainingEvent => ({ event: "finished", steps, loss: 1, seconds: 1, reason: "steps" })
const started = (from: number): TrainingEvent => ({ event: "started", parameters: 1, from, steps: 10 })

const held = orderedRows(points, { ...columns, batch: 32 })
const valuesAt = (at: number) => ({ event: "values" as const, seconds: at, step: at, values: { at } })

layer(NodeServices.layer)("event files", (it) => {
  it.effect("hold what a run tells, for TensorBoard", () =>
    Effect.gen(function* () {
      const { folder, read } = yield* inFolder
      const trainer = yield* makeTrainer(objective(8), { optimiser: sgd(), key, evaluation: objective(32, true) })
      const evaluation = {
        every: 2,
        batches: held,
        metrics: [meanAbsoluteError({ predictions: "predicted", targets: "targets" })]
      }
      const run = training(trainer, { batches, rate, steps: 4, key, evaluation }).pipe(logToTensorBoard(folder))
      const events = yield* Stream.runCollect(run)
      const [[version, ...logged] = []] = yield* read
      assert.strictEqual(version?.fileVersion, "brain.Event:2")
      assert.closeTo(version?.wallTime as number, (yield* Clock.currentTimeMillis) / 1000, 60)
      const expected = events.flatMap((event): ReadonlyArray<readonly [number, string, number]> => {
        if (event.event === "step") {
          const { step, loss, gradientNorm, rate, tokens, seconds } = event
          return [
            [step, "train/loss", loss],
            [step, "train/gradient_norm", gradientNorm],
            [step, "train/rate", rate],
            [step, "train/elements_per_second", tokens / seconds]
          ]
        }
        if (event.event !== "evaluated") return []
        const { step, loss, metrics } = event
        return [
          [step, "validation/loss", loss as number],
          [step, "validation/meanAbsoluteError", metrics["meanAbsoluteError"] as number]
        ]
      })
      assert.lengthOf(expected, 4 * 4 + 2 * 2)
      assert.deepStrictEqual(
        scalarsIn(logged),
        expected.map(([step, name, value]) => [step, name, Math.fround(value)])
      )
    }).pipe(Effect.provide(Reference.layer()), TestClock.withLive)
  )

  it.effect("of a run that goes on tell from which step, in files of their own", () =>
    Effect.gen(function* () {
      const { folder, read } = yield* inFolder
      const log = (events: ReadonlyArray<TrainingEvent>) =>
        Stream.runDrain(Stream.fromIterable(events).pipe(logToTensorBoard(folder)))
      yield* log([started(0), stepEvent(1), stepEvent(2), stepEvent(3)])
      yield* log([started(2), stepEvent(3), finished(3)])
      const [before = [], after = []] = yield* read
      assert.isTrue(before.every(({ sessionLog }) => sessionLog === undefined))
      assert.deepInclude(after[1], { step: 3, sessionLog: { status: "START" } })
      assert.deepStrictEqual(
        after.slice(2).map(({ step }) => step),
        [3]
      )
    })
  )

  it.effect("are written to after a time, and when their Scope ends", () =>
    Effect.gen(function* () {
      const { folder, read } = yield* inFolder
      const records = Effect.map(read, ([events = []]) => events.length)
      const until = (count: number) =>
        Effect.repeat(records, { until: (now) => now === count, schedule: Schedule.recurs(100) })
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { write } = yield* openEventFile(folder, { flushSeconds: 3 })
          assert.strictEqual(yield* records, 1)
          yield* write([valuesAt(1), valuesAt(2)])
          yield* TestClock.adjust("2999 millis")
          assert.strictEqual(yield* records, 1)
          yield* TestClock.adjust("1 millis")
          assert.strictEqual(yield* until(3), 3)
          yield* write([valuesAt(3)])
          assert.strictEqual(yield* records, 3)
        })
      )
      assert.strictEqual(yield* records, 4)
    })
  )

  it.effect("are written to at once where that is asked for, and where much waits", () =>
    Effect.gen(function* () {
      const { folder, read } = yield* inFolder
      const { write } = yield* openEventFile(folder, { flushSeconds: 0 })
      yield* write([valuesAt(1)])
      assert.lengthOf((yield* read)[0] ?? [], 2)
      const patient = yield* openEventFile(`${folder}/patient`)
      const many = Array.from({ length: 4000 }, (_, at) => valuesAt(at))
      yield* patient.write(many)
      const { readFile } = yield* FileSystem.FileSystem
      assert.lengthOf(readEventFile(yield* readFile(patient.path)), 4001)
    })
  )

  it.effect("are whole after an interruption", () =>
    Effect.gen(function* () {
      const { folder, read } = yield* inFolder
      const reached = yield* Deferred.make<void>()
      const events = Stream.concat(
        Stream.fromIterable([started(0), stepEvent(1)]),
        Stream.fromEffect(Effect.andThen(Deferred.succeed(reached, undefined), Effect.never))
      )
      const run = yield* Effect.forkChild(Stream.runDrain(events.pipe(logToTensorBoard(folder))))
      yield* Deferred.await(reached)
      yield* Fiber.interrupt(run)
      assert.deepStrictEqual(scalarsIn((yield* read)[0] ?? [])[0], [1, "train/loss", 1])
    })
  )

  it.effect("keep whole records where one cannot be written, and write it later", () =>
    Effect.gen(function* () {
      const { folder, read } = yield* inFolder
      const files = yield* FileSystem.FileSystem
      let full = false
      const faulty = faultyFiles(files, (operation) => (full && operation === "write" ? ioError("ENOSPC") : undefined))
      const { write, flush, path } = yield* openEventFile(folder).pipe(
        Effect.provideService(FileSystem.FileSystem, faulty)
      )
      yield* write([valuesAt(1)])
      yield* flush
      full = true
      yield* write([valuesAt(2)])
      const error = yield* Effect.flip(flush)
      assert.instanceOf(error, ReportError)
      assert.strictEqual(error.message, `${path}: cannot write to it: no space is left on the device`)
      assert.lengthOf((yield* read)[0] ?? [], 2)
      full = false
      yield* write([valuesAt(3)])
      yield* flush
      assert.deepStrictEqual(
        scalarsIn((yield* read)[0] ?? []).map(([step]) => step),
        [1, 2, 3]
      )
    })
  )

  it.effect("fail a run where they cannot be made, or written to at its end", () =>
    Effect.gen(function* () {
      const { folder } = yield* inFolder
      const files = yield* FileSystem.FileSystem
      const events = Stream.fromIterable([started(0), stepEvent(1), finished(1)])
      const errorOf = (faults: (operation: FileOperation, at: number) => string | undefined) => {
        let at = 0
        const faulty = faultyFiles(files, (operation) => {
          const code = faults(operation, at++)
          return code === undefined ? undefined : ioError(code)
        })
        return Stream.runDrain(events.pipe(logToTensorBoard(folder))).pipe(
          Effect.provideService(FileSystem.FileSystem, faulty),
          Effect.flip,
          Effect.map((error: ReportError) => error.message.replace(/\/events.*?:/, "/FILE:"))
        )
      }
      const cannot = (operation: FileOperation) => (now: FileOperation) => (now === operation ? "EACCES" : undefined)
      assert.strictEqual(yield* errorOf(cannot("folder")), `${folder}: cannot make it: it is not permitted`)
      assert.strictEqual(yield* errorOf(cannot("open")), `${folder}: cannot make a file in it: it is not permitted`)
      let writes = 0
      const full = (now: FileOperation) => (now === "write" && writes++ > 0 ? "ENOSPC" : undefined)
      assert.strictEqual(yield* errorOf(full), `${folder}/FILE: cannot write to it: no space is left on the device`)
    })
  )
})

const evaluated: EventOf<"evaluated"> = {
  event: "evaluated",
  step: 3,
  loss: null,
  metrics: { scores: { macro: { f1: 0.5 }, counts: [1, 2] } },
  best: false,
  sinceBest: 1,
  seconds: 1
}

layer(NodeServices.layer)("what is logged", (it) => {
  it.effect("leaves out what is no finite number, and names parts of metrics by their paths", () =>
    Effect.gen(function* () {
      const { folder, read } = yield* inFolder
      const skipped: TrainingEvent = {
        event: "skipped",
        step: 2,
        loss: null,
        gradientNorm: null,
        rate: 1,
        lossScale: 512,
        seconds: 1
      }
      yield* Stream.runDrain(Stream.fromIterable([skipped, evaluated]).pipe(logToTensorBoard(folder)))
      assert.deepStrictEqual(scalarsIn((yield* read)[0] ?? []), [
        [2, "train/skipped", 1],
        [2, "train/loss_scale", 512],
        [3, "validation/scores/macro/f1", 0.5]
      ])
    })
  )
})
