import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Path, Stream } from "effect"
import { TestClock } from "effect/testing"
import { drawCurves, logToSvg, lossCurves, ReportError, type TrainingEvent } from "../../src/index.ts"
import { faultyFiles, ioError } from "../faultyFiles.ts"

const inFolder = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const folder = join(yield* files.makeTempDirectoryScoped({ prefix: "residual-chart-" }), "runs")
  const path = join(folder, "loss.svg")
  return { path, folder, read: files.readFileString(path), names: files.readDirectory(folder) }
})

const step = (step: number): TrainingEvent => ({
  event: "step",
  step,
  loss: 1 / step,
  gradientNorm: 1,
  rate: 1,
  tokens: 1,
  seconds: 1
})
const started = (from: number): TrainingEvent => ({ event: "started", parameters: 1, from, steps: 9 })
const finished: TrainingEvent = { event: "finished", steps: 3, loss: 1, seconds: 1, reason: "steps" }

layer(NodeServices.layer)("the chart of a run", (it) => {
  it.effect("is drawn as the run goes, no more often than asked for, and at its end", () =>
    Effect.gen(function* () {
      const { path, read, names } = yield* inFolder
      const events: ReadonlyArray<TrainingEvent> = [started(0), step(1), step(2), step(3), finished]
      const seen: Array<number> = []
      const of = (count: number) => drawCurves(lossCurves(events.slice(0, count)), { title: "A run" })
      const look = Effect.map(read, (chart) => {
        seen.push(events.findIndex((_, at) => of(at + 1) === chart))
      })
      yield* Stream.fromIterable(events).pipe(
        Stream.tap(() => TestClock.adjust("1 seconds")),
        logToSvg(path, { everySeconds: 2, title: "A run" }),
        Stream.tap(() => look),
        Stream.runDrain
      )
      assert.deepStrictEqual(seen, [0, 0, 2, 2, 3])
      assert.deepStrictEqual(yield* names, ["loss.svg"])
    })
  )

  it.effect("shows all of a run that fails, or that is left", () =>
    Effect.gen(function* () {
      const { path, read } = yield* inFolder
      const events = [started(0), step(1), step(2)]
      const failing = Stream.concat(Stream.fromIterable(events), Stream.fail("broken" as const))
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(failing.pipe(logToSvg(path)))), "broken")
      assert.strictEqual(yield* read, drawCurves(lossCurves(events)))
      const left = Stream.concat(Stream.fromIterable([...events, step(3)]), Stream.never)
      yield* Stream.runDrain(left.pipe(logToSvg(path), Stream.take(4)))
      assert.strictEqual(yield* read, drawCurves(lossCurves([...events, step(3)])))
    })
  )

  it.effect("goes on from what was told before", () =>
    Effect.gen(function* () {
      const { path, read } = yield* inFolder
      const earlier = [started(0), step(1), step(2), step(3)]
      const events = [started(2), step(3), step(4)]
      yield* Stream.runDrain(Stream.fromIterable(events).pipe(logToSvg(path, { earlier })))
      assert.strictEqual(yield* read, drawCurves(lossCurves([...earlier, ...events])))
    })
  )

  it.effect("that cannot be written fails the run, and leaves the one before", () =>
    Effect.gen(function* () {
      const { path, folder, read, names } = yield* inFolder
      const files = yield* FileSystem.FileSystem
      yield* Stream.runDrain(Stream.fromIterable([started(0), finished]).pipe(logToSvg(path)))
      const before = yield* read
      const errorWith = (fault: string, code: string) =>
        Stream.runDrain(Stream.fromIterable([started(0), step(1), finished]).pipe(logToSvg(path))).pipe(
          Effect.provideService(
            FileSystem.FileSystem,
            faultyFiles(files, (operation) => (operation === fault ? ioError(code) : undefined))
          ),
          Effect.flip
        )
      const full = yield* errorWith("write", "ENOSPC")
      assert.instanceOf(full, ReportError)
      assert.strictEqual(full.message, `${path}: cannot write it: no space is left on the device`)
      const denied = yield* errorWith("folder", "EACCES")
      assert.strictEqual(denied.message, `${folder}: cannot make it: it is not permitted`)
      assert.strictEqual(yield* read, before)
      assert.deepStrictEqual(yield* names, ["loss.svg"])
    })
  )
})
