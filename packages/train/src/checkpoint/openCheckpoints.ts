import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { isThere } from "../file/ioReason.ts"
import { makeFolder } from "../file/makeFolder.ts"
import { checkSettings, counting } from "../setting/checkSettings.ts"
import type { Checkpoint } from "./checkpoint.ts"
import { CheckpointError } from "./checkpointError.ts"
import { bestName, type CheckpointFolder, checkpointFolder, isCheckpointName, stepName } from "./checkpointFolder.ts"
import { checkpointParts } from "./encodeCheckpoint.ts"
import { lockFolder } from "./folderLock.ts"
import { ioFailure } from "./ioFailure.ts"
import { removePartials } from "./partialFiles.ts"
import { writeAtomically } from "./writeAtomically.ts"

/** Which checkpoints of a run are kept. */
export interface CheckpointOptions {
  /** How many of the last ones: 1 at least. */
  readonly keep: number
}

/** How one checkpoint is saved. */
export interface SaveOptions {
  /** Whether it is the best so far: it then takes the place of the one that was, and is kept whatever comes. */
  readonly best?: boolean
}

/** The checkpoints of a run, for the one who trains. */
export interface OpenCheckpoints extends CheckpointFolder {
  /**
   * Saves a checkpoint, and then removes the earliest beyond those that are kept; gives its file. One of the same step is
   * replaced, and the best one last: where only that cannot be done, the checkpoint is there and the best one is as it was.
   * Fails with a `CheckpointError` where it cannot be written, which leaves all else as it was, and where there is one of a
   * later step: that is another run's, or this run's before it was taken back (`rollBack`).
   */
  readonly save: (checkpoint: Checkpoint, options?: SaveOptions) => Effect.Effect<string, CheckpointError>
  /** Removes what was saved after a step, so that a run can go on from there; the best one stays. */
  readonly rollBack: (step: number) => Effect.Effect<void, CheckpointError>
}

/**
 * Opens a folder for the checkpoints of a run, which is made where it is not there, until the Scope ends. Files appear in it
 * as a whole or not at all: at whatever moment a process is killed, the latest checkpoint is a good one. What it was about to
 * write then is removed by the next one that opens the folder.
 *
 * Fails with a `CheckpointError` where the folder cannot be written to, and where another process writes its checkpoints
 * there: one of another container or host does as long as its lock is there, whose file the error names. Throws a
 * `SettingError` for a `keep` that is not a whole number from 1 on.
 *
 * ```ts
 * import { openCheckpoints } from "@residual/train"
 * import { Effect, FileSystem, Path } from "effect"
 * const readOnly = FileSystem.layerNoop({ makeDirectory: () => Effect.void })
 * const opened = Effect.scoped(openCheckpoints("runs/first", { keep: 3 })).pipe(Effect.flip)
 * const error = Effect.runSync(opened.pipe(Effect.provide([readOnly, Path.layer])))
 * error.message // => "runs/first: cannot write to it: there is no such file or folder"
 * ```
 */
export const openCheckpoints = (
  folder: string,
  { keep }: CheckpointOptions
): Effect.Effect<OpenCheckpoints, CheckpointError, FileSystem.FileSystem | Path.Path | Scope.Scope> => {
  checkSettings("openCheckpoints", { keep: [counting, keep] })
  return Effect.gen(function* () {
    const services = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
    const files = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    yield* Effect.mapError(makeFolder(folder), (error) =>
      isThere(error)
        ? new CheckpointError({ path: folder, reason: "it is a file, where checkpoints need a folder" })
        : ioFailure(folder, "make")(error)
    )
    yield* lockFolder(folder)
    yield* removePartials(folder, isCheckpointName)
    const reading = yield* checkpointFolder(folder)
    const oneAtATime = yield* Semaphore.make(1)

    const remove = (path: string) => Effect.mapError(files.remove(path, { force: true }), ioFailure(path, "remove"))
    const save: OpenCheckpoints["save"] = (checkpoint, { best = false } = {}) =>
      Effect.gen(function* () {
        const { step } = checkpoint.header
        const path = join(folder, stepName(step))
        const before = yield* reading.list
        const later = before.at(-1)
        if (later !== undefined && later.step > step) {
          const reason = `step ${step} cannot be saved: ${stepName(later.step)} is later, of another run or of before this one was taken back`
          return yield* Effect.fail(new CheckpointError({ path: folder, reason }))
        }
        const parts = yield* checkpointParts(path, checkpoint)
        yield* writeAtomically(path, parts, best ? [join(folder, bestName)] : [])
        const kept = before.filter((file) => file.step !== step)
        yield* Effect.forEach(kept.slice(0, Math.max(0, kept.length + 1 - keep)), (file) => remove(file.path), {
          discard: true
        })
        return path
      }).pipe(Effect.provide(services), oneAtATime.withPermit)
    const rollBack: OpenCheckpoints["rollBack"] = (step) =>
      Effect.flatMap(reading.list, (all) =>
        Effect.forEach(
          all.filter((file) => file.step > step),
          (file) => remove(file.path),
          { discard: true }
        )
      ).pipe(oneAtATime.withPermit)
    return { ...reading, save, rollBack }
  })
}
