import type { HostRandom } from "@residual/core"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Batch } from "../data/batch.ts"
import type { AnyMetric } from "./evaluate.ts"
import type { AnyRate } from "./rateAt.ts"
import type { Taps } from "./taps.ts"

/** What a run is measured by now and then. */
export interface EvaluationSettings<E, R> {
  /**
   * After how many steps, each time. The last step is followed by one, too: where a run is to go on beyond it, patience and a
   * rate that looks at losses have seen one more.
   */
  readonly every: number
  /** Held-out batches, which are read anew each time. */
  readonly batches: Stream.Stream<Batch, E, R>
  readonly metrics?: ReadonlyArray<AnyMetric>
  /** After how many evaluations without a lower loss the run stops: never by default. */
  readonly patience?: number
  /** By how much a loss must be lower to count as that: 0 by default. */
  readonly improvement?: number
}

/** How a run goes. */
export interface FitOptions<E, R> {
  /**
   * Batches for the steps. A run that goes on, whose trainer has read some already, starts its batches there:
   * `trainer.state.current.batches` tells how many those are.
   */
  readonly batches: Stream.Stream<Batch, E, R>
  readonly rate: AnyRate
  /** The number of the last step; a run also ends with its batches. */
  readonly steps: number
  /** What the steps' random draws derive from. */
  readonly key: HostRandom.HostKey
  readonly evaluation?: EvaluationSettings<E, R>
  /** How many steps, one after the other, may be skipped since their loss or gradients are not finite: 0 by default. */
  readonly skips?: number
  /** Is given what the step was asked to tap, after each step: of its last batch, where it has several. */
  readonly onTaps?: (step: number, taps: Taps) => Effect.Effect<void>
}
