import { basename, dirname } from "node:path"
import { logToSvg, logToTensorBoard, type ReportError, type TrainingEvent } from "@residual/train"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import { identity } from "effect/Function"
import type * as Path from "effect/Path"
import * as Stream from "effect/Stream"
import type { Configuration } from "../configuration/configuration.ts"
import { earlierEvents, logEvents } from "./eventLog.ts"
import { isPartial, sweptAtExit } from "./sweptAtExit.ts"

/** Writes what is to be written about a run, which may go on from one before, and hands its events on. */
export const reported = <E, R>(
  { tensorBoard, events: log, curve }: Configuration["report"],
  goesOn: boolean,
  events: Stream.Stream<TrainingEvent, E, R>
): Stream.Stream<TrainingEvent, E | ReportError, R | FileSystem.FileSystem | Path.Path> =>
  events.pipe(
    tensorBoard === null ? identity : logToTensorBoard(tensorBoard),
    // What was told before is read before it is added to.
    log === null ? identity : logEvents(log, goesOn),
    curve === null ? identity : drawnTo(curve, goesOn ? log : null)
  )

const drawnTo = (path: string, log: string | null) => {
  const isOurs = (name: string): boolean => name.startsWith(`${basename(path)}.`) && isPartial(name)
  return <E, R>(events: Stream.Stream<TrainingEvent, E, R>) =>
    Stream.unwrap(
      Effect.gen(function* () {
        yield* sweptAtExit(dirname(path), isOurs)
        const earlier = log === null ? [] : yield* earlierEvents(log)
        return events.pipe(logToSvg(path, { earlier }))
      })
    )
}
