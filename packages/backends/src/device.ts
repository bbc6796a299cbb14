import type { Claims, Program } from "@residual/graph"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Limits } from "./backend.ts"
import type { BackendError } from "./error/backendError.ts"
import type { Tensor } from "./tensor.ts"

/**
 * One run of a program on the slots that it was bound to: given a tensor for each input, and the outputs to move back. A
 * run that asks for all of them gives the same array each time.
 */
export type Step<Result> = (inputs: Readonly<Record<string, Tensor>>, outputs: ReadonlyArray<string>) => Result

/** What one run gives: the outputs that were asked for, and the next holders of the slots that it updates. */
export interface StepResult<Slot> {
  readonly outputs: Readonly<Record<string, Tensor>>
  /** A slot that is updated in its holder may be left out; one that the Store did not have is here. */
  readonly slots: ReadonlyMap<string, Slot>
}

/**
 * A program that is ready to run. `bind` resolves the slots of a Store to whatever runs need to find them again, so that
 * each run does not have to; a slot that is only written may be missing. It is called once the Store is as given, and the
 * step is used until the Store holds other slots or has other holders for them.
 *
 * - A synchronous step returns what it gives, or the error that it fails with; what it throws is a defect. It updates
 *   slots in their holders, and `slots` of its result are only those that the Store did not have.
 * - An asynchronous step is an Effect, which is not interrupted. It may give slots other holders: the old ones are then
 *   released, and the program is bound again.
 */
export type LoadedProgram<Slot> = {
  /** What it holds on the device until it is unloaded, where that is more than the program's arena. */
  readonly bytes?: number
} & (
  | {
      readonly kind: "synchronous"
      readonly bind: (slots: ReadonlyMap<string, Slot>) => Step<StepResult<Slot> | BackendError>
    }
  | {
      readonly kind: "asynchronous"
      readonly bind: (slots: ReadonlyMap<string, Slot>) => Step<Effect.Effect<StepResult<Slot>, BackendError>>
    }
)

/**
 * What a backend's author writes; `makeBackend` makes the service of it, and does for every backend alike what has to do
 * with names, types, indices, scopes, interruption and accounting. `Slot` is what holds one tensor of a Store.
 *
 * One operation runs at a time. A step that fails leaves the slots as they were, unless it fails with `DeviceLost`.
 */
export interface Device<Slot> {
  readonly name: string
  readonly limits: Limits
  readonly claims: Claims
  readonly upload: (tensor: Tensor) => Effect.Effect<Slot, BackendError>
  readonly download: (slot: Slot) => Effect.Effect<Tensor, BackendError>
  readonly release: (slot: Slot) => Effect.Effect<void>
  /** Makes a program ready to run. */
  readonly load: (program: Program) => Effect.Effect<LoadedProgram<Slot>, BackendError, Scope.Scope>
}
