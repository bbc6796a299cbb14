import type { BackendError, Tensor } from "@residual/backends"
import type { TensorType } from "@residual/core"
import * as Effect from "effect/Effect"
import * as MutableRef from "effect/MutableRef"
import { matchParameters } from "../checkpoint/matchParameters.ts"
import type { ParameterMismatch } from "../checkpoint/parameterMismatch.ts"
import type { RunState } from "./runState.ts"
import type { Trainer } from "./trainer.ts"

/** All that a run goes on from: where it is, and what its Store holds, by slot. */
export interface Snapshot {
  readonly state: RunState
  readonly tensors: Readonly<Record<string, Tensor.Tensor>>
}

/**
 * What a run could go on from, as it is between two steps.
 *
 * ```ts
 * import type { BackendError } from "@residual/backends"
 * import { type Snapshot, snapshot, type Trainer } from "@residual/train"
 * import type { Effect } from "effect"
 * const take: (trainer: Trainer) => Effect.Effect<Snapshot, BackendError> = snapshot
 * ```
 */
export const snapshot = (trainer: Trainer): Effect.Effect<Snapshot, BackendError> =>
  Effect.map(trainer.store.snapshot, (held) => ({
    state: trainer.state.current,
    tensors: Object.fromEntries(trainer.slots.map((slot) => [slot, held[slot] as Tensor.Tensor]))
  }))

/**
 * Puts a trainer where another one was. Fails, having changed nothing, with a `ParameterMismatch` that lists every tensor of the
 * snapshot that is none of the trainer's or of another type, and every one that it lacks.
 *
 * ```ts
 * import type { BackendError } from "@residual/backends"
 * import { type ParameterMismatch, restore, type Snapshot, type Trainer } from "@residual/train"
 * import type { Effect } from "effect"
 * const put: (trainer: Trainer, from: Snapshot) => Effect.Effect<void, ParameterMismatch | BackendError> = restore
 * ```
 */
export const restore = (
  trainer: Trainer,
  { state, tensors }: Snapshot
): Effect.Effect<void, ParameterMismatch | BackendError> =>
  Effect.gen(function* () {
    const held = yield* trainer.store.types
    const expected = Object.fromEntries(
      trainer.slots.map((slot) => [slot, held[slot] as TensorType.TensorType] as const)
    )
    const { matched } = yield* matchParameters(expected, tensors)
    yield* trainer.store.replace(matched)
    MutableRef.set(trainer.state, state)
    // Both or neither.
  }).pipe(Effect.uninterruptible)
