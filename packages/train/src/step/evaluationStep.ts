import { Model, slot } from "@residual/core"
import type { Computation } from "@residual/graph"
import type { ByPath } from "../optimiser/optimiser.ts"
import { applyObjective, type Objective } from "./objective.ts"
import { optimiserSlot } from "./slotNames.ts"

/** With which parameters a model is evaluated. */
export interface EvaluationOptions {
  /** The name of an optimiser's state that is taken in their place, `average` say: the parameters themselves by default. */
  readonly state?: string
  /** Which parameters have such a state: all by default. */
  readonly trains?: (path: string) => boolean
}

/**
 * The loss of a model on a batch, which changes nothing: the model runs in its `evaluate` mode. Inputs: what the
 * objective's batch holds, by name. Outputs: `loss`, a scalar; `weight`, what the batch counts for, where the objective says so;
 * and `output/NAME` for each of the objective's outputs.
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
export const evaluationStep = <In, Out>(
  objective: Objective<In, Out>,
  { state: name, trains = () => true }: EvaluationOptions = {}
): Computation => {
  const { parameters: own, state } = Model.slots(objective.model)
  const held = (path: string, name: string): ByPath[string] => {
    const value = own[path] as ByPath[string]
    return trains(path) ? slot(optimiserSlot(name, path), value.type.shape, value.type) : value
  }
  const parameters =
    name === undefined ? own : Object.fromEntries(Object.keys(own).map((path) => [path, held(path, name)]))
  const { loss, outputs, weight } = applyObjective(objective, "evaluate", { parameters, state })
  const named = Object.entries(outputs).map(([output, value]) => [outputName(output), value] as const)
  return { outputs: { loss, ...(weight === undefined ? {} : { weight }), ...Object.fromEntries(named) } }
}

/** The name of the program's output that is one of the objective's. */
export const outputName = (output: string): string => `output/${output}`
