import type { Optimiser } from "../optimiser/optimiser.ts"

/** How a step moves parameters. */
export interface StepOptions {
  readonly optimiser: Optimiser
  /** The most that the gradients' global norm may be, after `clipValue`: no limit by default. */
  readonly clip?: number
  /** The most that any element of a gradient may be in size: no limit by default. */
  readonly clipValue?: number
  /**
   * Which parameters learn, by path: all by default. The others keep their values, and have no optimiser state. A model's
   * states are no parameters: those of a batch normalisation move wherever the model is run to learn.
   */
  readonly trains?: (path: string) => boolean
  /** Whether the loss is multiplied by the input `update/loss/scale` on its way back: not by default. */
  readonly scalesLoss?: boolean
  /** What the model's bodies tapped that the step hands out, by path, as outputs `tap/PATH`: nothing by default. */
  readonly taps?: ReadonlyArray<string>
}
