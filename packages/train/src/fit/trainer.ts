import type { BackendError, Executable, Identity, Store, Tensor } from "@residual/backends"
import type * as Effect from "effect/Effect"
import type * as MutableRef from "effect/MutableRef"
import type { NonFiniteReport } from "../diagnosis/nonFiniteReport.ts"
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
  /**
   * Makes a step that was not finite again from what the Store holds, to find out why: given the inputs of its batches,
   * where it has several, and its own.
   */
  readonly diagnose: (
    inputs: ReadonlyArray<Readonly<Record<string, Tensor.Tensor>>>
  ) => Effect.Effect<NonFiniteReport | undefined, BackendError>
  readonly lossScaling: LossScaling | undefined
  /** Gives the loss on held-out data; absent where none was asked for. */
  readonly evaluation: Executable | undefined
  /** What the device's numbers depend on. */
  readonly identity: Identity
  /** Bytes that are live on the device. */
  readonly liveBytes: Effect.Effect<number>
  /** Where the run is; it moves with every step that is made. */
  readonly state: MutableRef.MutableRef<RunState>
  /** Whether a run moves it: one at a time does. */
  readonly isRunning: MutableRef.MutableRef<boolean>
}
