import type { Tensor } from "@residual/backends"
import type { CheckpointHeader } from "./checkpointHeader.ts"
import { versionsHere } from "./versions.ts"

/** A training run at one moment, from which it goes on as if it had never stopped. */
export interface Checkpoint {
  readonly header: CheckpointHeader
  /** What a trainer's Store holds: parameters, states, and the optimiser's state, by the names of their slots. */
  readonly tensors: Readonly<Record<string, Tensor.Tensor>>
}

/** What a checkpoint is made of: what its header says, but for the versions, which are those of here and now. */
export interface CheckpointContents extends Omit<CheckpointHeader, "versions"> {
  readonly tensors: Checkpoint["tensors"]
}

/**
 * A checkpoint of these contents.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { HostRandom } from "@residual/core"
 * import { makeCheckpoint } from "@residual/train"
 * const checkpoint = makeCheckpoint({
 *   tensors: { slope: Tensor.make(2) },
 *   step: 20,
 *   updates: 20,
 *   key: HostRandom.keyFromSeed(0),
 *   position: 20,
 *   run: null,
 *   configuration: { model: "line" },
 *   device: { name: "cpu", threads: 2 }
 * })
 * checkpoint.header.versions.format // => 1
 * ```
 */
export const makeCheckpoint = ({ tensors, ...header }: CheckpointContents): Checkpoint => ({
  header: { ...header, versions: versionsHere() },
  tensors
})

/**
 * The tensors of a model: parameters and states, without what belongs to its training.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { modelTensors } from "@residual/train"
 * const tensors = { slope: Tensor.make(2), "optimiser/momentum/slope": Tensor.make(0) }
 * Object.keys(modelTensors(tensors)) // => ["slope"]
 * ```
 */
export const modelTensors = (tensors: Checkpoint["tensors"]): Checkpoint["tensors"] =>
  // No path of a model holds a slash, and every other slot's name does.
  Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.includes("/")))
