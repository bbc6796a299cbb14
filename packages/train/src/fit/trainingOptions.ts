import type { Tensor } from "@residual/backends"
import type { HostRandom } from "@residual/core"
import type { Objective } from "../step/objective.ts"
import type { StepOptions } from "../step/stepOptions.ts"
import type { LossScaling } from "./lossScale.ts"

/** How a model is trained. */
export interface TrainingOptions<In, Out> extends Omit<StepOptions, "scalesLoss"> {
  /** What held-out data are measured by, where they are: an objective of the same model. */
  readonly evaluation?: Objective<In, Out>
  /** The optimiser's state that is evaluated in the parameters' place: `average` for `withParameterAverage`. */
  readonly evaluates?: string
  /** Of how many batches a step is made, as if they were one: 1 by default. */
  readonly accumulate?: number
  /** How the loss is scaled, where it is: for values that are kept in 16 bits. */
  readonly lossScaling?: LossScaling
}

/** How a model is trained, and what it starts from. */
export interface TrainerOptions<In, Out> extends TrainingOptions<In, Out> {
  /** What the first parameters are drawn from. */
  readonly key: HostRandom.HostKey
  /** Parameters that are not drawn, and states, by path: those of a checkpoint, say. */
  readonly parameters?: Readonly<Record<string, Tensor.Tensor>>
}
