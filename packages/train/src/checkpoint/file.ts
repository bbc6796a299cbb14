import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as PlatformError from "effect/PlatformError"
import { CheckpointError } from "./checkpointError.ts"
import { decodeSafetensors, encodeSafetensors, type Safetensors } from "./safetensors.ts"

const failed = (path: string, doing: string) => (error: PlatformError.PlatformError) =>
  new CheckpointError({ path, reason: `cannot ${doing} it: ${error.reason._tag}` })

/**
 * Reads a safetensors file. Fails with a `CheckpointError` as `decodeSafetensors` does, and where there is no such file.
 *
 * ```ts
 * import { readSafetensors } from "@residual/train"
 * import { Effect, FileSystem } from "effect"
 * const missing = readSafetensors("none.safetensors").pipe(Effect.provide(FileSystem.layerNoop({})), Effect.flip)
 * Effect.runSync(missing).path // => "none.safetensors"
 * ```
 */
export const readSafetensors = (path: string): Effect.Effect<Safetensors, CheckpointError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const bytes = yield* Effect.mapError(files.readFile(path), failed(path, "read"))
    return yield* decodeSafetensors(path, bytes)
  })

/**
 * Writes a safetensors file: beside its place first, then moved there, so that a reader sees the old file or the new
 * one and never a part. Fails with a `CheckpointError` where it cannot be written.
 *
 * ```ts
 * import { writeSafetensors } from "@residual/train"
 * import { Effect, FileSystem } from "effect"
 * const noop = FileSystem.layerNoop({ writeFile: () => Effect.void, rename: () => Effect.void })
 * const write = writeSafetensors("model.safetensors", { tensors: {}, metadata: {} })
 * Effect.runSync(Effect.provide(write, noop)) // => undefined
 * ```
 */
export const writeSafetensors = (
  path: string,
  contents: Safetensors
): Effect.Effect<void, CheckpointError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const partial = `${path}.partial`
    yield* files.writeFile(partial, encodeSafetensors(contents)).pipe(
      Effect.andThen(files.rename(partial, path)),
      Effect.tapError(() => Effect.ignore(files.remove(partial))),
      Effect.mapError(failed(path, "write"))
    )
  })
