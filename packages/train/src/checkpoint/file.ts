import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Path from "effect/Path"
import type { Checkpoint } from "./checkpoint.ts"
import type { CheckpointError } from "./checkpointError.ts"
import type { CheckpointHeader } from "./checkpointHeader.ts"
import { checkpointFrom, headerFrom } from "./decodeCheckpoint.ts"
import { checkpointParts } from "./encodeCheckpoint.ts"
import { type Safetensors, safetensorsFrom, safetensorsParts } from "./safetensors.ts"
import { fileSource } from "./source.ts"
import { writeAtomically } from "./writeAtomically.ts"

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
  Effect.scoped(Effect.flatMap(fileSource(path), safetensorsFrom))

/**
 * Writes a safetensors file: beside its place first, then moved there, so that a reader sees the old file or the new one
 * and never a part, also where the process or the machine ends meanwhile. Of several that are written to one place at once,
 * one stays there; where a link leads to the place, the link stays. Fails with a `CheckpointError` where it cannot be written,
 * and then leaves nothing of it.
 *
 * ```ts
 * import { writeSafetensors } from "@residual/train"
 * import { Effect, FileSystem, Path } from "effect"
 * const unwritable = writeSafetensors("none/model.safetensors", { tensors: {}, metadata: {} }).pipe(
 *   Effect.provide([FileSystem.layerNoop({}), Path.layer]),
 *   Effect.flip
 * )
 * Effect.runSync(unwritable).reason // => "cannot write it: there is no such file or folder"
 * ```
 */
export const writeSafetensors = (
  path: string,
  contents: Safetensors
): Effect.Effect<void, CheckpointError, FileSystem.FileSystem | Path.Path> =>
  Effect.suspend(() => writeAtomically(path, safetensorsParts(contents)))

/**
 * Reads a checkpoint. Fails with a `CheckpointError` as `decodeCheckpoint` does, and where there is no such file.
 *
 * ```ts
 * import { readCheckpoint } from "@residual/train"
 * import { Effect, FileSystem } from "effect"
 * const missing = readCheckpoint("none.safetensors").pipe(Effect.provide(FileSystem.layerNoop({})), Effect.flip)
 * Effect.runSync(missing).reason // => "cannot read it: there is no such file or folder"
 * ```
 */
export const readCheckpoint = (path: string): Effect.Effect<Checkpoint, CheckpointError, FileSystem.FileSystem> =>
  Effect.scoped(Effect.flatMap(fileSource(path), checkpointFrom))

/**
 * Reads what a checkpoint says beside its tensors, without reading those. Fails with a `CheckpointError` as
 * `readCheckpoint` does, but for what is wrong with the tensors' elements, of which it sees none.
 *
 * ```ts
 * import { readCheckpointHeader } from "@residual/train"
 * import { Effect, FileSystem } from "effect"
 * const missing = readCheckpointHeader("none.safetensors").pipe(Effect.provide(FileSystem.layerNoop({})), Effect.flip)
 * Effect.runSync(missing).path // => "none.safetensors"
 * ```
 */
export const readCheckpointHeader = (
  path: string
): Effect.Effect<CheckpointHeader, CheckpointError, FileSystem.FileSystem> =>
  Effect.scoped(Effect.flatMap(fileSource(path), headerFrom))

/**
 * Writes a checkpoint, which `readCheckpoint` gives back to the bit, as `writeSafetensors` writes: any reader of
 * safetensors finds the tensors in it. Fails with a `CheckpointError` as `encodeCheckpoint` does, and where it cannot be
 * written.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * import { makeCheckpoint, writeCheckpoint } from "@residual/train"
 * import { Effect, FileSystem, Path } from "effect"
 * const start = { step: 0, updates: 0, position: 0, key: HostRandom.keyFromSeed(0), run: null }
 * const checkpoint = makeCheckpoint({ ...start, tensors: {}, configuration: {}, device: { name: "cpu" } })
 * const unwritable = writeCheckpoint("none/model.safetensors", checkpoint).pipe(
 *   Effect.provide([FileSystem.layerNoop({}), Path.layer]),
 *   Effect.flip
 * )
 * ;(await Effect.runPromise(unwritable)).reason // => "cannot write it: there is no such file or folder"
 * ```
 */
export const writeCheckpoint = (
  path: string,
  checkpoint: Checkpoint
): Effect.Effect<void, CheckpointError, FileSystem.FileSystem | Path.Path> =>
  Effect.flatMap(checkpointParts(path, checkpoint), (parts) => writeAtomically(path, parts))
