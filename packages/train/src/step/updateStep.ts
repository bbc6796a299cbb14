import type { AnyExpr } from "@residual/core"
import type { Computation } from "@residual/graph"
import type { ByPath } from "../optimiser/optimiser.ts"
import { clipped, isCommitted, kept } from "./commit.ts"
import { optimiserSlots, optimiserValues } from "./optimiserSlots.ts"
import type { StepOptions } from "./stepOptions.ts"
import { updateTime } from "./updateTime.ts"

/** What a step's batches have given. */
export interface Arrived {
  readonly loss: AnyExpr
  readonly learned: ByPath
  readonly gradients: ByPath
  /** The model's states by path, before the batches and after them. */
  readonly state: ByPath
  readonly nextState: ByPath
}

/**
 * What a step does with its loss and gradients: outputs `loss`, `gradientNorm` and `committed`, and the next value of all
 * that it changes, which is the one before where the loss or the gradients' norm is not finite.
 */
export const updateStep = (
  options: StepOptions,
  { loss, learned, gradients: arrived, state, nextState }: Arrived
): Computation => {
  const { gradients, norm } = clipped(arrived, options)
  const held = optimiserSlots(options.optimiser, learned)
  const next = options.optimiser.update(gradients, held, learned, updateTime(options.optimiser, loss.type.dtype))
  const committed = isCommitted(loss, norm)
  return {
    outputs: { loss, gradientNorm: norm, committed },
    updates: {
      ...kept(committed, learned, next.parameters),
      ...kept(committed, optimiserValues(held), optimiserValues(next.state)),
      ...kept(committed, state, nextState)
    }
  }
}
