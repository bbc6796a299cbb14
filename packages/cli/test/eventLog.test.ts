import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import type { TrainingEvent } from "@residual/train"
import { Effect, FileSystem, Stream } from "effect"
import { systemError } from "effect/PlatformError"
import { earlierEvents, logEvents } from "../src/run/eventLog.ts"
import { temporaryFolder } from "./temporary.ts"

const { folder, file } = temporaryFolder("log")

const step = (number: number): TrainingEvent => ({
  event: "step",
  step: number,
  loss: 5 - number,
  gradientNorm: 1,
  rate: 0.01,
  tokens: 100,
  seconds: 0.5
})

const logged = (path: string, goesOn: boolean, ...events: ReadonlyArray<TrainingEvent>) =>
  Stream.runDrain(logEvents(path, goesOn)(Stream.fromIterable(events)))

describe("the log of a run", () => {
  it.effect("is added to without an empty line, and after a line that is not whole", () =>
    Effect.gen(function* () {
      const path = join(folder, "new", "events.ndjson")
      yield* logged(path, true, step(1))
      yield* logged(path, true, step(2))
      const whole = readFileSync(path, "utf8")
      assert.deepStrictEqual(
        whole.split("\n").map((line) => line !== ""),
        [true, true, false]
      )
      assert.deepStrictEqual(yield* earlierEvents(path), [step(1), step(2)])
      writeFileSync(path, `${whole}{"event":"st`)
      yield* logged(path, true, step(3))
      assert.deepStrictEqual(readFileSync(path, "utf8"), `${whole}{"event":"st\n${JSON.stringify(step(3))}\n`)
      assert.deepStrictEqual(yield* earlierEvents(path), [step(1), step(2), step(3)])
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("is begun anew by a run that does not go on", () =>
    Effect.gen(function* () {
      const path = file("anew.ndjson", "another")
      yield* logged(path, false, step(1))
      assert.deepStrictEqual(yield* earlierEvents(path), [step(1)])
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("fails a run whose last steps cannot be written", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const full = Effect.fail(
        systemError({ _tag: "Unknown", module: "FileSystem", method: "writeAll", cause: { code: "ENOSPC" } })
      )
      const open: FileSystem.FileSystem["open"] = (path, options) =>
        Effect.map(files.open(path, options), (opened) => Object.create(opened, { writeAll: { value: () => full } }))
      const path = join(folder, "full.ndjson")
      const error = yield* logged(path, false, step(1)).pipe(
        Effect.provideService(FileSystem.FileSystem, { ...files, open }),
        Effect.flip
      )
      assert.strictEqual(error.message, `${path}: cannot write to it: no space is left on the device`)
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
