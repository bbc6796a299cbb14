import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Stream from "effect/Stream"
import { writeAtomically } from "../checkpoint/writeAtomically.ts"
import { makeFolder } from "../file/makeFolder.ts"
import type { TrainingEvent } from "../fit/trainingEvent.ts"
import { checkSettings, notNegative } from "../setting/checkSettings.ts"
import { type ChartOptions, drawCurves } from "./drawCurves.ts"
import { lossRecorder } from "./lossCurves.ts"
import { ReportError, reportFailure } from "./reportError.ts"

/** How a run is drawn. */
export interface SvgLogOptions extends ChartOptions {
  /** How many seconds apart the file is written, at the least: 5 by default. */
  readonly everySeconds?: number
  /** What the run told before it was left, where it goes on. */
  readonly earlier?: Iterable<TrainingEvent>
}

/**
 * Draws the losses of a run (`lossCurves`, `drawCurves`) to an SVG file as it goes, and hands the events on. The file is
 * replaced as a whole, so that whoever looks sees all of one chart: after an evaluation or a step, where the last time was
 * long enough ago, and at the end of the run, however it ends. Its folder is made where it is not there.
 *
 * Fails with a `ReportError` where the file cannot be written, and as the run fails. Throws a `SettingError` for settings
 * that are not what they should be.
 *
 * ```ts
 * import { logToSvg, type TrainingEvent } from "@residual/train"
 * import { Effect, FileSystem, Path, Stream } from "effect"
 * const events = Stream.make<Array<TrainingEvent>>({ event: "started", parameters: 1, from: 0, steps: 10 })
 * const run = events.pipe(logToSvg("runs/first/loss.svg"), Stream.runDrain, Effect.flip)
 * const readOnly = FileSystem.layerNoop({ makeDirectory: () => Effect.void })
 * Effect.runSync(run.pipe(Effect.provide([readOnly, Path.layer])))._tag // => "ReportError"
 * ```
 */
export const logToSvg = (path: string, { everySeconds = 5, earlier = [], ...chart }: SvgLogOptions = {}) => {
  checkSettings("logToSvg", { everySeconds: [notNegative, everySeconds] })
  return <E, R>(
    events: Stream.Stream<TrainingEvent, E, R>
  ): Stream.Stream<TrainingEvent, E | ReportError, R | FileSystem.FileSystem | Path.Path> =>
    Stream.unwrap(
      Effect.gen(function* () {
        const recorder = lossRecorder()
        for (const event of earlier) recorder.add(event)
        yield* makeFolderOf(path)
        let drawn = Number.NEGATIVE_INFINITY
        let isDrawn = true

        const draw = Effect.suspend(() => {
          isDrawn = true
          return writeText(path, drawCurves(recorder.curves(), chart))
        })
        const told = (event: TrainingEvent) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) => {
            recorder.add(event)
            isDrawn = false
            if (event.event !== "finished" && now - drawn < everySeconds * 1000) return Effect.void
            drawn = now
            return draw
          })
        return events.pipe(
          Stream.tap(told),
          Stream.onExit(() => (isDrawn ? Effect.void : Effect.ignore(draw)))
        )
      })
    )
}

const makeFolderOf = (path: string) =>
  Effect.flatMap(Path.Path, ({ dirname }) => {
    const folder = dirname(path)
    return Effect.mapError(makeFolder(folder), reportFailure(folder, "make"))
  })

const writeText = (path: string, text: string) =>
  Effect.mapError(
    writeAtomically(path, [() => new TextEncoder().encode(text)]),
    ({ reason }) => new ReportError({ path, reason })
  )
