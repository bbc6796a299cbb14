import type { Executable, Store } from "@residual/backends"
import type { Optimiser } from "../optimiser/optimiser.ts"

/** What a training run runs: programs that are bound to one Store. */
export interface Trainer {
  /** Holds the parameters, the optimiser's state and the model's, by the names that the step gives them. */
  readonly store: Store
  /** How many elements the parameters that learn have. */
  readonly learned: number
  /** What the step moves parameters by; it makes the numbers that each step is given. */
  readonly optimiser: Optimiser
  readonly step: Executable
  /** Gives the loss on held-out data; absent where none was asked for. */
  readonly evaluation: Executable | undefined
}
