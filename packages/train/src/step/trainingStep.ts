import { Model } from "@residual/core"
import type { Computation } from "@residual/graph"
import { type Gradients, gradientsOf, learnedOf, tapsOf } from "./gradients.ts"
import type { Objective } from "./objective.ts"
import { optimiserValues } from "./optimiserSlots.ts"
import type { StepOptions } from "./stepOptions.ts"
import { updateStep } from "./updateStep.ts"

/**
 * A training step as one computation. Inputs: what the objective's batch holds, by name; `key`, `u32[2]`; the optimiser's
 * scalars, `update/NAME`; `update/loss/scale` where the loss is scaled. Outputs: `loss` and `gradientNorm` (before clipping),
 * scalars, `committed`, whether the step counts, and taps. Updates: every parameter that learns, the optimiser's state and
 * the model's, which all keep their values where the loss or the gradients' norm is not finite.
 *
 * Throws a `ShapeError` for a loss that is not a scalar float, a `ModelError` for a tap that the model has not, and
 * whatever the model throws.
 *
 * ```ts
 * import { type AnyExpr, Model, op } from "@residual/core"
 * import { sgd, trainingStep } from "@residual/train"
 * const line = Model.make({ slope: Model.parameter([]) }, ({ slope }, x: AnyExpr) => op.mul(x, slope))
 * const { outputs, updates } = trainingStep(
 *   {
 *     model: line,
 *     batch: { x: { dtype: "f32", shape: [8] }, y: { dtype: "f32", shape: [8] } },
 *     loss: (model, { x, y }) => op.mse(model(x!), y!)
 *   },
 *   { optimiser: sgd({ momentum: 0.9 }) }
 * )
 * Object.keys(outputs) // => ["loss", "gradientNorm", "committed"]
 * Object.keys(updates!) // => ["slope", "optimiser/momentum/slope"]
 * ```
 */
export const trainingStep = <In, Out>(objective: Objective<In, Out>, options: StepOptions): Computation =>
  stepOf(objective, options, gradientsOf(objective, options))

/** `trainingStep`, of gradients that were composed before. */
export const stepOf = <In, Out>(objective: Objective<In, Out>, options: StepOptions, given: Gradients): Computation => {
  const { state } = Model.slots(objective.model)
  const { outputs, updates } = updateStep(options, { ...given, state })
  return { outputs: { ...outputs, ...tapsOf(given.taps, options) }, ...(updates === undefined ? {} : { updates }) }
}

/**
 * The computation that gives an optimiser's state its first values, from the parameters in the Store: it has updates
 * only.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * import { adamW, optimiserStart } from "@residual/train"
 * const start = optimiserStart(Model.linear({ in: 2, out: 1, bias: false }), { optimiser: adamW() })
 * Object.keys(start.updates!) // => ["optimiser/mean/weight", "optimiser/square/weight"]
 * ```
 */
export const optimiserStart = (model: Model.AnyModel, options: StepOptions): Computation => ({
  outputs: {},
  updates: optimiserValues(options.optimiser.init(learnedOf(Model.slots(model).parameters, options)))
})
