import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import * as Stream from "effect/Stream"
import type { TrainingEvent } from "../fit/trainingEvent.ts"
import { eventScalars } from "./eventScalars.ts"
import type { LogEvent } from "./logEvent.ts"
import { type EventFileOptions, openEventFile } from "./openEventFile.ts"
import type { ReportError } from "./reportError.ts"

/**
 * Writes the numbers that a run tells (`eventScalars`) to an event file in a folder, and hands the events on: for
 * `tensorboard --logdir`. A run that goes on from a step tells so, so that what was logged after it before is not shown
 * twice.
 *
 * Fails with a `ReportError` where the file cannot be made or written to, and as the run fails. Throws a `SettingError` as
 * `openEventFile` does.
 *
 * ```ts
 * import { logToTensorBoard, type TrainingEvent } from "@residual/train"
 * import { Effect, FileSystem, Path, Stream } from "effect"
 * const events = Stream.make<Array<TrainingEvent>>({ event: "started", parameters: 1, from: 0, steps: 10 })
 * const run = events.pipe(logToTensorBoard("runs/first"), Stream.runDrain, Effect.flip)
 * const readOnly = FileSystem.layerNoop({ makeDirectory: () => Effect.void })
 * Effect.runSync(run.pipe(Effect.provide([readOnly, Path.layer])))._tag // => "ReportError"
 * ```
 */
export const logToTensorBoard =
  (folder: string, options: EventFileOptions = {}) =>
  <E, R>(
    events: Stream.Stream<TrainingEvent, E, R>
  ): Stream.Stream<TrainingEvent, E | ReportError, R | FileSystem.FileSystem | Path.Path> =>
    Stream.unwrap(
      Effect.map(openEventFile(folder, options), ({ write, flush }) =>
        Stream.tap(events, (event) => {
          if (event.event === "finished") return flush
          return Effect.flatMap(Clock.currentTimeMillis, (now) => write(logEvents(event, now / 1000)))
        })
      )
    )

/** What is logged of a training event. */
const logEvents = (event: TrainingEvent, seconds: number): ReadonlyArray<LogEvent> => {
  if (event.event === "started") {
    return event.from === 0 ? [] : [{ event: "restart", seconds, step: event.from + 1 }]
  }
  const values = eventScalars(event)
  return "step" in event && Object.keys(values).length > 0
    ? [{ event: "values", seconds, step: event.step, values }]
    : []
}
