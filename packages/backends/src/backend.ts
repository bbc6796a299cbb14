import type { TensorType } from "@residual/core"
import type { Claims, Program } from "@residual/graph"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { BackendError } from "./error/backendError.ts"
import type { Identity } from "./identity.ts"
import type { Profile } from "./profile.ts"
import type { Tensor } from "./tensor.ts"

/**
 * What a device allows: bytes that may be live at once.
 *
 * ```ts
 * import type { Limits } from "@residual/backends"
 * const limits: Limits = { bytes: 2 ** 30 }
 * limits.bytes // => 1073741824
 * ```
 */
export interface Limits {
  readonly bytes: number
}

/**
 * Named tensors on a device that outlive runs: parameters, optimiser and model state, caches. A Store belongs to the
 * Scope in which it was made; several Executables may be bound to it, and each sees what the others wrote.
 *
 * Names and tensors change only as a whole: `replace` and a run's updates take effect together or not at all.
 *
 * ```ts
 * import { makeStore, Tensor } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { Effect } from "effect"
 * const program = Effect.gen(function* () {
 *   const store = yield* makeStore({ w: Tensor.make([1, 2]) })
 *   yield* store.replace({ w: Tensor.make([3, 4]) })
 *   return Tensor.toArray(yield* store.read("w"))
 * })
 * Effect.runSync(Effect.scoped(program).pipe(Effect.provide(Reference.layer()))) // => [3, 4]
 * ```
 */
export interface Store {
  /** The type of every slot. */
  readonly types: Effect.Effect<Readonly<Record<string, TensorType.TensorType>>, BackendError>
  /** A slot's tensor; fails with a `StoreError` where there is no such slot. */
  readonly read: (slot: string) => Effect.Effect<Tensor, BackendError>
  /** Sets slots, adding those that are new; fails with a `StoreError` where a slot holds another type. */
  readonly replace: (tensors: Readonly<Record<string, Tensor>>) => Effect.Effect<void, BackendError>
  /** Every slot's tensor, as they were at one moment. */
  readonly snapshot: Effect.Effect<Readonly<Record<string, Tensor>>, BackendError>
}

/**
 * Which of a program's outputs a run moves back: all of them (the default), or those named.
 *
 * ```ts
 * import type { RunOptions } from "@residual/backends"
 * const silent: RunOptions = { outputs: [] }
 * silent.outputs // => []
 * ```
 */
export interface RunOptions {
  readonly outputs?: "all" | ReadonlyArray<string>
}

/** A program on a device. It belongs to the Scope in which it was loaded. */
export interface Executable {
  readonly program: Program
  /**
   * The same program with its slots in a Store. Fails with a `StoreError` for a slot that it reads and the Store has
   * not, and for one of another type. A slot that it only writes is added by its first run.
   */
  readonly bind: (store: Store) => Effect.Effect<Executable, BackendError>
  /**
   * Computes the outputs, and then updates the Store: all slots or, where anything fails, none. It is not interrupted
   * once it has started. Fails with an `InputError`, `IndexError` or `OutputError` before anything is computed.
   */
  readonly run: (
    inputs?: Readonly<Record<string, Tensor>>,
    options?: RunOptions
  ) => Effect.Effect<Readonly<Record<string, Tensor>>, BackendError>
  /**
   * Runs the program, updates and all, and tells how long each of its kernels took. The first time may take longer, since
   * the device prepares for it; and so does each run, whose kernels wait for one another and for the clock. Fails as a run
   * does, and with an `ExecutionError` where the device tells no times.
   */
  readonly profile: (
    inputs?: Readonly<Record<string, Tensor>>,
    options?: RunOptions
  ) => Effect.Effect<Profile, BackendError>
}

/**
 * A device that runs programs: how much it holds, which composites it computes itself, and what it has loaded.
 *
 * ```ts
 * import { Backend } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { Effect } from "effect"
 * const name = Backend.useSync((backend) => backend.name)
 * Effect.runSync(name.pipe(Effect.provide(Reference.layer()))) // => "reference"
 * ```
 */
export class Backend extends Context.Service<
  Backend,
  {
    readonly name: string
    /** What its numbers depend on, its name among it. */
    readonly identity: Identity
    readonly limits: Limits
    /** Composites that `lower` leaves whole for this backend. */
    readonly claims: Claims
    readonly load: (program: Program) => Effect.Effect<Executable, BackendError, Scope.Scope>
    readonly makeStore: (tensors: Readonly<Record<string, Tensor>>) => Effect.Effect<Store, BackendError, Scope.Scope>
    /** Bytes that stores, loaded programs and runs in progress take on the device. */
    readonly liveBytes: Effect.Effect<number>
  }
>()("@residual/backends/Backend") {}
