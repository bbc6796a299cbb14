import { type BackendError, type IdentityDifference, identityDifferences } from "@residual/backends"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Checkpoint, type CheckpointContents, makeCheckpoint } from "../checkpoint/checkpoint.ts"
import { CheckpointError } from "../checkpoint/checkpointError.ts"
import { oneLine } from "../checkpoint/oneLine.ts"
import type { ParameterMismatch } from "../checkpoint/parameterMismatch.ts"
import { versionsHere } from "../checkpoint/versions.ts"
import { RunState } from "./runState.ts"
import { restore, type Snapshot } from "./snapshot.ts"
import type { Trainer } from "./trainer.ts"

/** What a checkpoint says of a run, beside where it is. */
export type RunDescription = Pick<CheckpointContents, "key" | "configuration" | "vocabulary">

/**
 * A snapshot as a checkpoint, with what its numbers depend on: the device.
 *
 * ```ts
 * import { type Checkpoint, checkpointOf, type RunDescription, type Snapshot, type Trainer } from "@residual/train"
 * const make: (trainer: Trainer, taken: Snapshot, described: RunDescription) => Checkpoint = checkpointOf
 * ```
 */
export const checkpointOf = (
  { identity }: Trainer,
  { state, tensors }: Snapshot,
  described: RunDescription
): Checkpoint => {
  const { step, updates, batches } = state
  return makeCheckpoint({ ...described, step, updates, position: batches, run: state, device: identity, tensors })
}

/**
 * Puts a trainer where a checkpoint was made, so that its run goes on as if it had never stopped, and tells what differs
 * from then: about the device, and in the versions of the library (`residual`) and of what it runs on (`platform`). Where
 * nothing does, it goes on to the bit. `path` names the checkpoint in errors.
 *
 * Fails, having changed nothing, with a `ParameterMismatch` that lists all tensors which are not those of the trainer, or with
 * a `CheckpointError` for a state that is not a run's.
 *
 * ```ts
 * import type { BackendError, IdentityDifference } from "@residual/backends"
 * import { type Checkpoint, type CheckpointError, type ParameterMismatch, resume, type Trainer } from "@residual/train"
 * import type { Effect } from "effect"
 * const goOn: (
 *   trainer: Trainer,
 *   path: string,
 *   checkpoint: Checkpoint
 * ) => Effect.Effect<ReadonlyArray<IdentityDifference>, ParameterMismatch | CheckpointError | BackendError> = resume
 * ```
 */
export const resume = (
  trainer: Trainer,
  path: string,
  { header, tensors }: Checkpoint
): Effect.Effect<ReadonlyArray<IdentityDifference>, ParameterMismatch | CheckpointError | BackendError> =>
  Effect.gen(function* () {
    const state = yield* Effect.mapError(
      Schema.decodeUnknownEffect(RunState)(header.run),
      (error) => new CheckpointError({ path, reason: `its run is none of this library's: ${oneLine(error)}` })
    )
    yield* restore(trainer, { state, tensors })
    const { residual, platform } = versionsHere()
    const before = { ...header.device, residual: header.versions.residual, platform: header.versions.platform }
    return identityDifferences(before, { ...trainer.identity, residual, platform })
  })
