import { dirname } from "node:path"
import { ioReason, makeFolder, ReportError, TrainingEvent } from "@residual/train"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

const Line = Schema.fromJsonString(TrainingEvent)
const encode = Schema.encodeSync(Line)
const decode = Schema.decodeUnknownResult(Line)

const newline = 10

/** Characters of steps that wait to be written together. */
const mostWaiting = 65_536

const failure = (path: string, doing: string) => (error: PlatformError.PlatformError) =>
  new ReportError({ path, reason: `cannot ${doing} it: ${ioReason(error)}` })

/** What is said where a run that ends otherwise than by itself cannot have its last steps written. */
const unwritten = (path: string) => ({ log: "Warn", message: `${path} lacks the last steps of the run` }) as const

/**
 * Writes what a run tells to a file, one JSON object a line, and hands the events on: steps are written together, with
 * whatever else comes next. A run that goes on adds to the file, where `started` says from which step. Fails with a
 * `ReportError` where the file cannot be written.
 */
export const logEvents =
  (path: string, goesOn: boolean) =>
  <E, R>(
    events: Stream.Stream<TrainingEvent, E, R>
  ): Stream.Stream<TrainingEvent, E | ReportError, R | FileSystem.FileSystem | Path.Path> =>
    Stream.unwrap(
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const folder = dirname(path)
        yield* Effect.mapError(makeFolder(folder), failure(folder, "make"))
        const file = yield* Effect.mapError(files.open(path, { flag: goesOn ? "a+" : "w" }), failure(path, "write to"))
        // What was killed may have left a part of a line.
        let waiting = (yield* Effect.mapError(endsMidLine(file), failure(path, "read"))) ? "\n" : ""
        const flush = Effect.suspend(() => {
          if (waiting === "") return Effect.void
          const text = waiting
          waiting = ""
          return Effect.mapError(file.writeAll(new TextEncoder().encode(text)), failure(path, "write to"))
        })
        const told = (event: TrainingEvent) =>
          Effect.suspend(() => {
            waiting += `${encode(event)}\n`
            return event.event === "step" && waiting.length < mostWaiting ? Effect.void : flush
          })
        return events.pipe(
          Stream.tap(told),
          Stream.concat(Stream.fromEffectDrain(flush)),
          Stream.onExit(() => Effect.ignore(Effect.uninterruptible(flush), unwritten(path)))
        )
      })
    )

/** Whether a file ends in the midst of a line. */
const endsMidLine = (file: FileSystem.File): Effect.Effect<boolean, PlatformError.PlatformError> =>
  Effect.gen(function* () {
    const { size } = yield* file.stat
    if (size === 0n) return false
    const last = yield* file.readAlloc(1, { position: size - 1n })
    return Option.isSome(last) && last.value[0] !== newline
  })

/** What such a file holds; a line that is not whole is left out, and there may be no such file. */
export const earlierEvents = (
  path: string
): Effect.Effect<ReadonlyArray<TrainingEvent>, ReportError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const text = yield* files.readFileString(path).pipe(
      Effect.catchIf(
        ({ reason }) => reason._tag === "NotFound",
        () => Effect.succeed("")
      ),
      Effect.mapError(failure(path, "read"))
    )
    return text.split("\n").flatMap((line) => {
      const read = decode(line)
      return Result.isSuccess(read) ? [read.success] : []
    })
  })
