import { basename, dirname } from "node:path"
import { logToSvg, logToTensorBoard, type ReportError, type TrainingEvent } from "@residual/train"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import { identity } from "effect/Function"
import type * as Path from "effect/Path"
import * as Stream from "effect/Stream"
import type { Configuration } from "../configuration/configuration.ts"
import { isPartial, sweptAtExit } from "./sweptAtExit.ts"

/** Writes what is to be written about a run, and hands its events on. */
export const reported = <E, R>(
  { tensorBoard, curve }: Configuration["report"],
  events: Stream.Stream<TrainingEvent, E, R>
): Stream.Stream<TrainingEvent, E | ReportError, R | FileSystem.FileSystem | Path.Path> =>
  events.pipe(
    tensorBoard === null ? identity : logToTensorBoard(tensorBoard),
    curve === null ? identity : drawnTo(curve)
  )

const drawnTo = (path: string) => {
  const isOurs = (name: string): boolean => name.startsWith(`${basename(path)}.`) && isPartial(name)
  return <E, R>(events: Stream.Stream<TrainingEvent, E, R>) =>
    Stream.unwrap(Effect.as(sweptAtExit(dirname(path), isOurs), events.pipe(logToSvg(path))))
}
