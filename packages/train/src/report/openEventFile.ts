import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { isThere } from "../file/ioReason.ts"
import { makeFolder } from "../file/makeFolder.ts"
import { checkSettings, notNegative } from "../setting/checkSettings.ts"
import { encodeEvents } from "./encodeEvents.ts"
import type { LogEvent } from "./logEvent.ts"
import { concatenated } from "./protobuf.ts"
import { type ReportError, reportFailure } from "./reportError.ts"

/** How often an event file is written to. */
export interface EventFileOptions {
  /** For how many seconds events may wait to be written together: 2 by default; at 0 none waits. */
  readonly flushSeconds?: number
}

/** An open event file. */
export interface EventFile {
  readonly path: string
  /** Adds events, which are written at once or a little later. Fails with a `ReportError`. */
  readonly write: (events: ReadonlyArray<LogEvent>) => Effect.Effect<void, ReportError>
  /** Writes whatever waits. Fails with a `ReportError`. */
  readonly flush: Effect.Effect<void, ReportError>
}

/** Events are written when so many bytes of them wait. */
const mostWaiting = 65_536

/**
 * Makes an event file for TensorBoard in a folder, which is made where it is not there: a file of its own beside those of
 * earlier runs, of which TensorBoard takes the later one to go on from the earlier. Its name holds the time at which it was
 * made. It is open until the Scope ends, however that ends; whatever was handed over is then in it.
 *
 * The file grows by whole records: an interruption waits for one to be written, and one that cannot be written whole is
 * taken back. What could not be written is kept, and written with what comes next.
 *
 * Fails with a `ReportError` where the folder or the file cannot be made. Throws a `SettingError` for settings that are not
 * what they should be.
 *
 * ```ts
 * import { openEventFile } from "@residual/train"
 * import { Effect, FileSystem, Path } from "effect"
 * const readOnly = FileSystem.layerNoop({ makeDirectory: () => Effect.void })
 * const opened = Effect.scoped(openEventFile("runs/first")).pipe(
 *   Effect.provide([readOnly, Path.layer]),
 *   Effect.flip
 * )
 * Effect.runSync(opened).message // => "runs/first: cannot make a file in it: there is no such file or folder"
 * ```
 */
export const openEventFile = (
  folder: string,
  { flushSeconds = 2 }: EventFileOptions = {}
): Effect.Effect<EventFile, ReportError, FileSystem.FileSystem | Path.Path | Scope.Scope> => {
  checkSettings("openEventFile", { flushSeconds: [notNegative, flushSeconds] })
  return Effect.gen(function* () {
    const opened = (yield* Clock.currentTimeMillis) / 1000
    const { path, file } = yield* createFile(folder, opened)
    const oneAtATime = yield* Semaphore.make(1)
    let waiting: Array<Uint8Array> = [encodeEvents([{ event: "version", seconds: opened }])]
    let bytesWaiting = 0
    let written = 0

    const flush = Effect.suspend(() => {
      if (waiting.length === 0) return Effect.void
      const bytes = concatenated(waiting)
      waiting = []
      bytesWaiting = 0
      const takeBack = Effect.andThen(
        Effect.sync(() => {
          waiting = [bytes, ...waiting]
          bytesWaiting += bytes.length
        }),
        Effect.ignore(file.truncate(written))
      )
      return file.writeAll(bytes).pipe(
        Effect.tap(() =>
          Effect.sync(() => {
            written += bytes.length
          })
        ),
        Effect.tapError(() => takeBack),
        Effect.mapError(reportFailure(path, "write to"))
      )
    }).pipe(Effect.uninterruptible, oneAtATime.withPermit)

    yield* flush
    yield* Effect.addFinalizer(() => Effect.ignore(Effect.andThen(flush, file.sync)))
    if (flushSeconds > 0) {
      // What cannot be written now is left to the next one that asks for it, who is told.
      yield* Effect.forkScoped(
        Effect.repeat(Effect.ignore(flush), Schedule.spaced(`${Math.ceil(flushSeconds * 1000)} millis`))
      )
    }
    const most = flushSeconds > 0 ? mostWaiting : 0
    const write = (events: ReadonlyArray<LogEvent>) =>
      Effect.suspend(() => {
        const bytes = encodeEvents(events)
        waiting.push(bytes)
        bytesWaiting += bytes.length
        return bytesWaiting > most ? flush : Effect.void
      })
    return { path, write, flush }
  })
}

/** Makes a file that is not there yet, in a folder that may not be. */
const createFile = (folder: string, seconds: number) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    yield* Effect.mapError(makeFolder(folder), reportFailure(folder, "make"))
    // TensorBoard reads the files of a folder in the order of their names, so these begin with the time.
    const stem = `events.out.tfevents.${String(Math.floor(seconds)).padStart(10, "0")}.residual`
    const attempt = (number: number): ReturnType<typeof openAt> => {
      const path = join(folder, `${stem}.${number}`)
      return Effect.catchIf(openAt(path), isThere, () => attempt(number + 1))
    }
    const openAt = (path: string) => Effect.map(files.open(path, { flag: "wx" }), (file) => ({ path, file }))
    return yield* Effect.mapError(attempt(0), reportFailure(folder, "make a file in"))
  })
