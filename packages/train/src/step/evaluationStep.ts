import type { Computation } from "@residual/graph"
import { applyObjective, type Objective } from "./objective.ts"

/**
 * The loss of a model on a batch, which changes nothing: the model runs in its `evaluate` mode. Inputs: what the
 * objective's batch holds, by name. Output: `loss`, a scalar.
 *
 * Throws a `ShapeError` for a loss that is not a scalar float, and whatever the model throws.
 *
 * ```ts
 * import { type AnyExpr, Model, op } from "@residual/core"
 * import { evaluationStep } from "@residual/train"
 * const line = Model.make({ slope: Model.parameter([]) }, ({ slope }, x: AnyExpr) => op.mul(x, slope))
 * const { updates } = evaluationStep({
 *   model: line,
 *   batch: { x: { dtype: "f32", shape: [8] } },
 *   loss: (model, { x }) => op.mean(model(x!))
 * })
 * updates // => undefined
 * ```
 */
export const evaluationStep = <In, Out>(objective: Objective<In, Out>): Computation => ({
  outputs: { loss: applyObjective(objective, "evaluate").loss }
})
