import type { Claims, Program } from "@residual/graph"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Limits } from "./backend.ts"
import type { BackendError } from "./error/backendError.ts"
import type { Identity } from "./identity.ts"
import type { Work } from "./kernel/regionWork.ts"
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
 * What an asynchronous step gives, whose outputs may be still to come: the device takes the next step meanwhile.
 *
 * ```ts
 * import type { StartedStep } from "@residual/backends"
 * const silent: StartedStep<number> = { outputs: {}, slots: new Map() }
 * silent.slots.size // => 0
 * ```
 */
export interface StartedStep<Slot> {
  readonly outputs: StepResult<Slot>["outputs"] | Effect.Effect<StepResult<Slot>["outputs"], BackendError>
  readonly slots: StepResult<Slot>["slots"]
}

/**
 * How long a kernel took, as a device tells it.
 *
 * ```ts
 * import type { KernelTime } from "@residual/backends"
 * const time: KernelTime = { region: 0, kernel: "product 64x64x64", nanoseconds: 16_384 }
 * time.nanoseconds // => 16384
 * ```
 */
export interface KernelTime {
  /** The region that it computes, or a part of: its place among the program's. */
  readonly region: number
  /** What the device calls it. */
  readonly kernel: string
  readonly nanoseconds: number
  /** What it has to do: the region's work, where that is not shared between several kernels. */
  readonly work?: Work
}

/** What a run gives that is timed: what any run gives, and how long it took, kernel by kernel, in their order. */
export interface ProfiledResult<Slot> extends StepResult<Slot> {
  /** The whole run, from its inputs to its outputs. */
  readonly milliseconds: number
  readonly kernels: ReadonlyArray<KernelTime>
}

/**
 * A program that is ready to run. `bind` resolves the slots of a Store to whatever runs need to find them again, so that
 * each run does not have to; a slot that is only written may be missing. It is called once the Store is as given, and the
 * step is used until the Store holds other slots or has other holders for them.
 *
 * - A synchronous step returns what it gives, or the error that it fails with; what it throws is a defect. It updates
 *   slots in their holders, and `slots` of its result are only those that the Store did not have.
 * - An asynchronous step is an Effect, which is not interrupted. It may give slots other holders: the old ones are then
 *   released, and the program is bound again. It is over when the device may take the next one; its outputs are waited for
 *   after that.
 *
 * `profile` binds as `bind` does, a step that tells how long its kernels took: an Effect, of either kind of program, which
 * may prepare what only it needs. It computes what a run computes, to the bit. A device that has no clock leaves it out.
 */
export type LoadedProgram<Slot> = {
  /** What it holds on the device until it is unloaded, where that is more than the program's arena. */
  readonly bytes?: number
  readonly profile?: (slots: ReadonlyMap<string, Slot>) => Step<Effect.Effect<ProfiledResult<Slot>, BackendError>>
} & (
  | {
      readonly kind: "synchronous"
      readonly bind: (slots: ReadonlyMap<string, Slot>) => Step<StepResult<Slot> | BackendError>
    }
  | {
      readonly kind: "asynchronous"
      readonly bind: (slots: ReadonlyMap<string, Slot>) => Step<Effect.Effect<StartedStep<Slot>, BackendError>>
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
  /** What its numbers depend on, beside its name: nothing where it is left out. */
  readonly identity?: Identity
  readonly limits: Limits
  readonly claims: Claims
  readonly upload: (tensor: Tensor) => Effect.Effect<Slot, BackendError>
  readonly download: (slot: Slot) => Effect.Effect<Tensor, BackendError>
  readonly release: (slot: Slot) => Effect.Effect<void>
  /** Makes a program ready to run. */
  readonly load: (program: Program) => Effect.Effect<LoadedProgram<Slot>, BackendError, Scope.Scope>
}
