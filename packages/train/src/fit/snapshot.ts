import type { BackendError, Tensor } from "@residual/backends"
import * as Effect from "effect/Effect"
import * as MutableRef from "effect/MutableRef"
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
 * Puts a trainer where another one was. Nothing is changed where the snapshot is not of a run like it: that fails with a
 * `StoreError` for a slot of another type.
 *
 * ```ts
 * import type { BackendError } from "@residual/backends"
 * import { restore, type Snapshot, type Trainer } from "@residual/train"
 * import type { Effect } from "effect"
 * const put: (trainer: Trainer, from: Snapshot) => Effect.Effect<void, BackendError> = restore
 * ```
 */
export const restore = (trainer: Trainer, { state, tensors }: Snapshot): Effect.Effect<void, BackendError> =>
  trainer.store.replace(tensors).pipe(
    Effect.andThen(Effect.sync(() => MutableRef.set(trainer.state, state))),
    Effect.asVoid,
    // Both or neither.
    Effect.uninterruptible
  )
