import { Tensor } from "@residual/backends"
import { HostRandom } from "@residual/core"
import { type Checkpoint, makeCheckpoint } from "../src/index.ts"

/** A small checkpoint, whose parameter tells the step. */
export const checkpointAt = (
  step: number,
  tensors: Checkpoint["tensors"] = { w: Tensor.make([step, 0.5]) }
): Checkpoint =>
  makeCheckpoint({
    tensors,
    step,
    updates: step,
    key: HostRandom.keyFromSeed(1),
    position: step,
    run: { step },
    configuration: {},
    device: { name: "reference", mode: "exact" }
  })
