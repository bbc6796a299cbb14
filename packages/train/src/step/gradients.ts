import { type AnyExpr, input, Model, op } from "@residual/core"
import { grad } from "@residual/graph"
import type { ByPath } from "../optimiser/optimiser.ts"
import { type AppliedObjective, applyObjective, type Objective } from "./objective.ts"
import { scalarInput, stepScalars } from "./scalarInput.ts"
import type { StepOptions } from "./stepOptions.ts"

/** What a batch gives: its loss, and how the parameters that learn should move. */
export interface Gradients extends AppliedObjective {
  /** The parameters that learn. */
  readonly learned: ByPath
  readonly gradients: ByPath
}

/** The parameters that learn, of those given. */
export const learnedOf = (parameters: ByPath, { trains }: StepOptions): ByPath =>
  trains === undefined ? parameters : Object.fromEntries(Object.entries(parameters).filter(([path]) => trains(path)))

/**
 * An objective's loss and gradients, with the model in its `train` mode, the parameters in their slots, and its states as
 * given. Where the loss is scaled, gradients pass the model multiplied by the input `update/loss/scale`, and are divided by it at
 * the end.
 */
export const gradientsOf = <In, Out>(
  objective: Objective<In, Out>,
  options: StepOptions,
  state: ByPath = Model.slots(objective.model).state
): Gradients => {
  const { parameters } = Model.slots(objective.model)
  const applied = applyObjective(objective, "train", { parameters, state })
  const learned = learnedOf(parameters, options)
  if (options.scalesLoss !== true) return { ...applied, learned, gradients: grad(applied.loss, learned) }
  const { dtype } = applied.loss.type
  const scale = input(scalarInput(stepScalars.lossScale), [], { dtype })
  const scaled = grad(op.mul(applied.loss, scale), learned)
  const gradients = Object.entries(scaled).map(([path, gradient]): readonly [string, AnyExpr] => [
    path,
    op.div(gradient, op.cast(scale, gradient.type.dtype))
  ])
  return { ...applied, learned, gradients: Object.fromEntries(gradients) }
}

/** The taps that a step hands out, by the names of its outputs. Throws a `ModelError` for one that the model has not. */
export const tapsOf = (tapped: ByPath, { taps = [] }: StepOptions): ByPath =>
  Object.fromEntries(
    taps.map((path) => {
      const value = tapped[path]
      if (value === undefined) throw new Model.ModelError(path, `a tap of the model, which has ${listed(tapped)}`)
      return [tapOutput(path), value]
    })
  )

/** The name of the output that hands out a tap. */
export const tapOutput = (path: string): string => `tap/${path}`

const listed = (tapped: ByPath): string => Object.keys(tapped).join(", ") || "none"
