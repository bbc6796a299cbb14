import type { Backend, BackendError, ProgramCache, Store, Tensor } from "@residual/backends"
import type { Program } from "@residual/graph"
import type { Effect, Scope } from "effect"

/** A case that is ready to be timed. */
export interface Ready {
  readonly program: Program
  /** What is timed. It gives the loss, where there is one. */
  readonly call: Effect.Effect<number | undefined, BackendError>
  /** How many units of the case one call makes, where it makes several. */
  readonly unitsPerCall?: number
  /** The tokens that calls have chosen so far. */
  readonly tokens?: () => ReadonlyArray<number>
  /** How far results in the Store are from those of the reference, relative to the greatest of them. */
  readonly deviation?: Effect.Effect<number, BackendError>
}

/** A case before anything of it is on a device, so that each of its stages can be timed alone. */
export interface Benchmark {
  /** What the Store holds at first. */
  readonly slots: Readonly<Record<string, Tensor.Tensor>>
  readonly build: (store: Store) => Effect.Effect<Ready, BackendError, Backend | ProgramCache | Scope.Scope>
}
