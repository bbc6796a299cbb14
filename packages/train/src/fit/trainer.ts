import type { Executable, Identity, Store } from "@residual/backends"
import type { Computation } from "@residual/graph"
import type * as Effect from "effect/Effect"
import type * as MutableRef from "effect/MutableRef"
import type { Optimiser } from "../optimiser/optimiser.ts"
import type { LossScaling } from "./lossScale.ts"
import type { RunState } from "./runState.ts"

/** What a training run runs: programs that are bound to one Store, and where it is. */
export interface Trainer {
  /** Holds the parameters, the optimiser's state and the model's, by the names that the step gives them. */
  readonly store: Store
  /** The slots of the Store that a run goes on from, beside its state. */
  readonly slots: ReadonlyArray<string>
  /** How many elements the parameters that learn have. */
  readonly learned: number
  readonly optimiser: Optimiser
  /** Moves the parameters. */
  readonly step: Executable
  /** What runs for each batch before the step, and of how many batches a step is made: absent where it is one. */
  readonly gather: { readonly executable: Executable; readonly batches: number } | undefined
  /** What a step that is not finite is replayed from: of each batch, and of the step. */
  readonly computations: { readonly batch: Computation; readonly step: Computation }
  readonly lossScaling: LossScaling | undefined
  /** Gives the loss on held-out data; absent where none was asked for. */
  readonly evaluation: Executable | undefined
  /** What the device's numbers depend on. */
  readonly identity: Identity
  /** Bytes that are live on the device. */
  readonly liveBytes: Effect.Effect<number>
  /** Where the run is; it moves with every step that is made. */
  readonly state: MutableRef.MutableRef<RunState>
}
