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
 * import { open } from "@residual/promise"
 * import { readCheckpoint, writeCheckpoint } from "@residual/promise/node"
 * import type { Checkpoint } from "@residual/train"
 * const copy = async (from: string, to: string): Promise<void> => writeCheckpoint(to, await readCheckpoint(from))
 * copy.length // => 2
 * ```
 */
export const writeCheckpoint = (path: string, checkpoint: Checkpoint): Promise<void> =>
  toPromise(write(path, checkpoint))
