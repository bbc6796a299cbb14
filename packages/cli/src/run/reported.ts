import { logToTensorBoard, type ReportError, type TrainingEvent } from "@residual/train"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import type * as Stream from "effect/Stream"
import type { Configuration } from "../configuration/configuration.ts"

/** Writes what is to be written about a run, and hands its events on. */
export const reported = <E, R>(
  { tensorBoard }: Configuration["report"],
  events: Stream.Stream<TrainingEvent, E, R>
): Stream.Stream<TrainingEvent, E | ReportError, R | FileSystem.FileSystem | Path.Path> =>
  tensorBoard === null ? events : events.pipe(logToTensorBoard(tensorBoard))
