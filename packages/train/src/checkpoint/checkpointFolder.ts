import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { isMissing } from "../file/ioReason.ts"
import type { Checkpoint } from "./checkpoint.ts"
import type { CheckpointError } from "./checkpointError.ts"
import { readCheckpoint } from "./file.ts"
import { ioFailure } from "./ioFailure.ts"

/** One of a folder's checkpoints: after how many steps it was saved, and its file. */
export interface CheckpointFile {
  readonly step: number
  readonly path: string
}

/** A checkpoint that was found in a folder. */
export interface FoundCheckpoint extends Checkpoint {
  readonly path: string
  /** What is wrong with later ones that were passed over. */
  readonly skipped: ReadonlyArray<CheckpointError>
}

/** Which checkpoint is taken for the latest. */
export interface LatestOptions {
  /** Whether files that are damaged are passed over: by default the first one is what it fails with. */
  readonly skipDamaged?: boolean
}

/** The checkpoints of a run, for those who read them; whoever trains may write more meanwhile. */
export interface CheckpointFolder {
  /** Those that are kept, the earliest first, without the best one's copy. */
  readonly list: Effect.Effect<ReadonlyArray<CheckpointFile>, CheckpointError>
  /** The one of the most steps; `undefined` where there is none, nor such a folder. */
  readonly latest: (options?: LatestOptions) => Effect.Effect<FoundCheckpoint | undefined, CheckpointError>
  /** The one that was last saved as the best; `undefined` where none was. */
  readonly best: Effect.Effect<FoundCheckpoint | undefined, CheckpointError>
}

/** The best one's file. */
export const bestName = "best.safetensors"

/** A checkpoint's file: padded, so that names are in the order of steps. */
export const stepName = (step: number): string => `step-${String(step).padStart(9, "0")}.safetensors`

const stepOf = (name: string): number | undefined => {
  const step = Number(/^step-(\d+)\.safetensors$/.exec(name)?.[1])
  // A name of another form is somebody else's.
  return stepName(step) === name ? step : undefined
}

/** Whether a file of a folder is one of its checkpoints. */
export const isCheckpointName = (name: string): boolean => name === bestName || stepOf(name) !== undefined

/**
 * A folder of checkpoints, to read from: nothing in it is changed, and it may be one that a run writes to.
 *
 * ```ts
 * import { checkpointFolder } from "@residual/train"
 * import { Effect, FileSystem, Path } from "effect"
 * const none = Effect.flatMap(checkpointFolder("runs/none"), ({ latest }) => latest())
 * Effect.runSync(none.pipe(Effect.provide([FileSystem.layerNoop({}), Path.layer]))) // => undefined
 * ```
 */
export const checkpointFolder = (
  folder: string
): Effect.Effect<CheckpointFolder, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    const names = files.readDirectory(folder).pipe(
      Effect.catchIf(isMissing, () => Effect.succeed<ReadonlyArray<string>>([])),
      Effect.mapError(ioFailure(folder, "read"))
    )
    const list = Effect.map(names, (found) =>
      found
        .flatMap((name) => {
          const step = stepOf(name)
          return step === undefined ? [] : [{ step, path: join(folder, name) }]
        })
        .sort((a, b) => a.step - b.step)
    )
    const read = (path: string): Effect.Effect<Checkpoint, CheckpointError> =>
      Effect.provideService(readCheckpoint(path), FileSystem.FileSystem, files)
    const isGone = (path: string) =>
      Effect.map(
        Effect.orElseSucceed(files.exists(path), () => true),
        (is) => !is
      )

    const latest: CheckpointFolder["latest"] = ({ skipDamaged = false } = {}) =>
      Effect.gen(function* () {
        const skipped: Array<CheckpointError> = []
        for (const { path } of (yield* list).toReversed()) {
          const found = yield* Effect.result(read(path))
          if (found._tag === "Success") return { ...found.success, path, skipped }
          // A run that goes on has removed it meanwhile, and there is a later one.
          if (yield* isGone(path)) return yield* latest({ skipDamaged })
          if (!skipDamaged || found.failure.offset === undefined) return yield* Effect.fail(found.failure)
          skipped.push(found.failure)
        }
        const [newest] = skipped
        return newest === undefined ? undefined : yield* Effect.fail(newest)
      })
    const bestPath = join(folder, bestName)
    const best = Effect.flatMap(isGone(bestPath), (gone) =>
      gone
        ? Effect.succeed(undefined)
        : Effect.map(read(bestPath), (checkpoint) => ({ ...checkpoint, path: bestPath, skipped: [] }))
    )
    return { list, latest, best }
  })
