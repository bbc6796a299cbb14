import { type Checkpoint, readCheckpoint as read, writeCheckpoint as write } from "@residual/train"
import { toPromise } from "./bridge.ts"

/**
 * Reads a checkpoint. Rejects with a `CheckpointError` that tells where and why, for a file that is not there, damaged, or
 * something else.
 *
 * ```ts
 * import { readCheckpoint } from "@residual/promise/node"
 * const failed = await readCheckpoint("none.safetensors").catch((error) => error)
 * failed.message // => "none.safetensors: cannot read it: there is no such file or folder"
 * ```
 */
export const readCheckpoint = (path: string): Promise<Checkpoint> => toPromise(read(path))

/**
 * Writes a checkpoint: all of it, or nothing where that fails. Rejects with a `CheckpointError`.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * import { writeCheckpoint } from "@residual/promise/node"
 * import { makeCheckpoint } from "@residual/train"
 * const start = { step: 0, updates: 0, position: 0, key: HostRandom.keyFromSeed(0), run: null }
 * const checkpoint = makeCheckpoint({ ...start, tensors: {}, configuration: {}, device: { name: "cpu" } })
 * const failed = await writeCheckpoint("none/model.safetensors", checkpoint).catch((error) => error)
 * failed.message // => "none/model.safetensors: cannot write it: there is no such file or folder"
 * ```
 */
export const writeCheckpoint = (path: string, checkpoint: Checkpoint): Promise<void> =>
  toPromise(write(path, checkpoint))
