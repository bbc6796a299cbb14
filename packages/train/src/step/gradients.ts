import { type AnyExpr, DType, input, Model, op, ShapeError } from "@residual/core"
import { type BackwardPass, backwardPass } from "@residual/graph"
import type { ByPath } from "../optimiser/optimiser.ts"
import { type AppliedObjective, applyObjective, type Objective } from "./objective.ts"
import { scalarInput, stepScalars } from "./scalarInput.ts"
import type { StepOptions } from "./stepOptions.ts"

/** What a batch gives: its loss, and how the parameters that learn should move. */
export interface Gradients extends AppliedObjective {
  /** The parameters that learn. */
  readonly learned: ByPath
  readonly gradients: ByPath
  /** What residuals flow back from: the loss, multiplied by its scale where it has one. */
  readonly seeded: AnyExpr
  readonly backward: BackwardPass
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
  const whole = Object.values(learned).find(({ type }) => !DType.isFloat(type.dtype))
  if (whole !== undefined) throw new ShapeError("gradient", [whole.type], "floats to differentiate by")
  const { dtype } = applied.loss.type
  const scale = options.scalesLoss === true ? input(scalarInput(stepScalars.lossScale), [], { dtype }) : undefined
  const seeded = scale === undefined ? applied.loss : op.mul(applied.loss, scale)
  const backward = backwardPass([{ value: seeded, residual: op.fill(1, seeded.type) }], Object.values(learned))
  const gradients = Object.entries(learned).map(([path, value]): readonly [string, AnyExpr] => {
    const gradient = backward.residual(value) ?? op.fill(0, value.type)
    return [path, scale === undefined ? gradient : op.div(gradient, op.cast(scale, gradient.type.dtype))]
  })
  return { ...applied, learned, gradients: Object.fromEntries(gradients), seeded, backward }
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
