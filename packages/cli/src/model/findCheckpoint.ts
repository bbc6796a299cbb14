import { checkpointFolder, type FoundCheckpoint, readCheckpoint } from "@residual/train"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { UsageError } from "../commandError.ts"

/** The checkpoint that a path names: a file, or of a folder the best one, or else the latest. */
export const findCheckpoint = (path: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const found = yield* Effect.option(files.stat(path))
    if (found._tag === "None" || found.value.type !== "Directory") {
      return yield* Effect.map(readCheckpoint(path), (read): FoundCheckpoint => ({ ...read, path, skipped: [] }))
    }
    const folder = yield* checkpointFolder(path)
    const checkpoint = (yield* folder.best) ?? (yield* folder.latest())
    if (checkpoint !== undefined) return checkpoint
    return yield* Effect.fail(new UsageError({ message: `${path}: there are no checkpoints` }))
  })
