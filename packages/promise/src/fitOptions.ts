import type { Tensor } from "@residual/backends"
import type {
  Checkpoint,
  EvaluationSettings,
  RunDescription,
  FitOptions as RunOptions,
  SavingOptions as RunSaving
} from "@residual/train"
import type { Abortable } from "./abortable.ts"
import type { Batches } from "./batches.ts"

/** What a run is measured by now and then: as in `@residual/train`, but for where the batches come from. */
export interface EvaluationOptions extends Omit<EvaluationSettings<never, never>, "batches"> {
  /** Held-out batches, which are read anew each time. */
  readonly batches: Batches
}

/** What checkpoints of a run say, where they go, and when: as in `@residual/train`, of checkpoints in snapshots' place. */
export interface SavingOptions extends Omit<RunDescription, "key">, Omit<RunSaving<never, never>, "save"> {
  /** Keeps a checkpoint, and tells where; `best` says that no loss on held-out data was lower. */
  readonly save: (checkpoint: Checkpoint, best: boolean) => Promise<string>
}

/**
 * How a run goes: as in `@residual/train`, but for where batches come from and how it is stopped.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * import type { FitOptions } from "@residual/promise"
 * import { constantRate } from "@residual/train"
 * const options: FitOptions = { batches: [], rate: constantRate(0.1), steps: 10, key: HostRandom.keyFromSeed(0) }
 * options.steps // => 10
 * ```
 */
export interface FitOptions extends Omit<RunOptions<never, never>, "batches" | "evaluation" | "onTaps">, Abortable {
  /** Batches for the steps. A run that goes on starts them where it left: at `trainer.state.batches`. */
  readonly batches: Batches
  readonly evaluation?: EvaluationOptions
  /** Is given what the step was asked to tap, after each step. */
  readonly onTaps?: (step: number, taps: Readonly<Record<string, Tensor.Tensor>>) => void | Promise<void>
  /** Checkpoints that are kept: after so many steps, after the best evaluations, at the end, and where the run is left. */
  readonly saving?: SavingOptions
}
