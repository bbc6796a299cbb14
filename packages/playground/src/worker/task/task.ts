import type { Backend, BackendError, ProgramCache } from "@residual/backends"
import type { AnyExpr, HostRandom } from "@residual/core"
import type { Batch, DataError, Objective, Trainer } from "@residual/train"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"

/** Shows what a model can do after so many steps. */
export type Demonstrate = (step: number) => Effect.Effect<void, BackendError | DataError>

/** A model, what it learns from, and how; on no backend in particular. */
export interface Task {
  readonly objective: Objective<AnyExpr, AnyExpr>
  readonly batches: Stream.Stream<Batch, DataError>
  readonly steps: number
  /** The highest rate, after a warmup and before a cosine. */
  readonly rate: number
  /** What the first parameters are drawn from. */
  readonly parametersKey: HostRandom.HostKey
  /** What the steps' draws derive from. */
  readonly stepsKey: HostRandom.HostKey
  /** Prepares to show what the model can do, with the parameters that a trainer holds. */
  readonly demonstration: (trainer: Trainer) => Effect.Effect<Demonstrate, BackendError, Backend | ProgramCache>
}
