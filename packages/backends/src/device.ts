import type { Program } from "@residual/graph"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Limits } from "./backend.ts"
import type { BackendError } from "./error/backendError.ts"
import type { Tensor } from "./tensor.ts"

/**
 * What one run of a program reads: a tensor for each input, the slots as the Store holds them, and the outputs to move
 * back.
 */
export interface Step<Slot> {
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly slots: ReadonlyMap<string, Slot>
  readonly outputs: ReadonlyArray<string>
}

/** What one run gives: the outputs that were asked for, and the next holders of the slots that it updates. */
export interface StepResult<Slot> {
  readonly outputs: Readonly<Record<string, Tensor>>
  /** A slot that was updated in place keeps its holder. */
  readonly slots: ReadonlyMap<string, Slot>
}

/**
 * What a backend's author writes; `makeBackend` makes the service of it, and does for every backend alike what has to do
 * with names, types, indices, scopes, interruption and accounting. `Slot` is what holds one tensor of a Store.
 *
 * One operation runs at a time. A step that fails leaves the slots as they were, unless it fails with `DeviceLost`.
 */
export interface Device<Slot> {
  readonly name: string
  readonly limits: Limits
  readonly claims: ReadonlySet<string>
  readonly upload: (tensor: Tensor) => Effect.Effect<Slot, BackendError>
  readonly download: (slot: Slot) => Effect.Effect<Tensor, BackendError>
  readonly release: (slot: Slot) => Effect.Effect<void>
  /** Makes a program ready to run; what it returns is one run. */
  readonly load: (
    program: Program
  ) => Effect.Effect<(step: Step<Slot>) => Effect.Effect<StepResult<Slot>, BackendError>, BackendError, Scope.Scope>
}
