import { type AnyExpr, input, Model, op, slot } from "@residual/core"
import type { Computation } from "@residual/graph"
import type { ByPath } from "../optimiser/optimiser.ts"
import { type Gradients, gradientsOf, learnedOf, tapsOf } from "./gradients.ts"
import type { Objective } from "./objective.ts"
import { scalarInput, stepScalars } from "./scalarInput.ts"
import { pending } from "./slotNames.ts"
import type { StepOptions } from "./stepOptions.ts"
import { updateStep } from "./updateStep.ts"

/**
 * The first part of a step of several batches, which runs for each of them and moves nothing: it adds to the sums that
 * `accumulatedStep` reads. Inputs: what the objective's batch holds, by name; `key`; `update/batch/goesOn`, `f32[]`,
 * 0 for the batch that begins a step and 1 for the others; `update/batch/weight`, a scalar of the loss's type, how much the
 * batch counts, unless the objective says that itself. Outputs: taps. Updates: slots named
 * `pending/…`. Model states go on from batch to batch there, and are taken over with the step.
 *
 * Throws a `ShapeError` for a loss that is not a scalar float, and whatever the model throws.
 *
 * ```ts
 * import { type AnyExpr, Model, op } from "@residual/core"
 * import { gatherStep, sgd } from "@residual/train"
 * const line = Model.make({ slope: Model.parameter([]) }, ({ slope }, x: AnyExpr) => op.mul(x, slope))
 * const { updates } = gatherStep(
 *   { model: line, batch: { x: { dtype: "f32", shape: [8] } }, loss: (model, { x }) => op.mean(model(x!)) },
 *   { optimiser: sgd() }
 * )
 * Object.keys(updates!) // => ["pending/gradient/slope", "pending/loss", "pending/weight"]
 * ```
 */
export const gatherStep = <In, Out>(objective: Objective<In, Out>, options: StepOptions): Computation =>
  gatherOf(options, gatheredGradients(objective, options))

const goesOn = (): AnyExpr => op.greater(input(scalarInput(stepScalars.goesOn), [], { dtype: "f32" }), 0)

const held = (name: string, { type }: AnyExpr): AnyExpr => slot(name, type.shape, type)

/** What one of a step's batches gives, whose model states are those after the batch before it. */
export const gatheredGradients = <In, Out>(objective: Objective<In, Out>, options: StepOptions): Gradients => {
  const { state } = Model.slots(objective.model)
  const reached = mapped(state, (path, value) => op.where(goesOn(), held(pending.state(path), value), value))
  return gradientsOf(objective, options, reached)
}

/** `gatherStep`, of gradients that were composed before. */
export const gatherOf = (options: StepOptions, given: Gradients): Computation => {
  const { loss, gradients, nextState, taps } = given
  const weight = given.weight ?? input(scalarInput(stepScalars.weight), [], { dtype: loss.type.dtype })
  const sum = (name: string, value: AnyExpr): AnyExpr => {
    const before = op.where(goesOn(), held(name, value), op.fill(0, value.type))
    return op.add(before, op.mul(value, op.cast(weight, value.type.dtype)))
  }
  return {
    outputs: tapsOf(taps, options),
    updates: {
      ...renamed(gradients, pending.gradient, (name, gradient) => sum(name, gradient)),
      ...renamed(nextState, pending.state, (_, value) => value),
      [pending.loss]: sum(pending.loss, loss),
      [pending.weight]: sum(pending.weight, op.fill(1, loss.type))
    }
  }
}

/**
 * The second part of a step of several batches: what `trainingStep` does, with the mean of the losses and gradients that
 * `gatherStep` has summed, in which each batch counts as much as its weight. Inputs: the optimiser's scalars, and `key`
 * where it draws. Outputs and updates: as of `trainingStep`.
 *
 * ```ts
 * import { type AnyExpr, Model, op } from "@residual/core"
 * import { accumulatedStep, sgd } from "@residual/train"
 * const line = Model.make({ slope: Model.parameter([]) }, ({ slope }, x: AnyExpr) => op.mul(x, slope))
 * const { updates } = accumulatedStep(line, "f32", { optimiser: sgd() })
 * Object.keys(updates!) // => ["slope"]
 * ```
 */
export const accumulatedStep = (model: Model.AnyModel, dtype: "f32" | "f64", options: StepOptions): Computation => {
  const { parameters, state } = Model.slots(model)
  const learned = learnedOf(parameters, options)
  const scalar = { dtype, shape: [] } as const
  const weight = slot(pending.weight, [], scalar)
  // Where no row counts, sums are 0, and so are their means.
  const divisor = op.where(op.equal(weight, 0), 1, weight)
  const mean = (name: string, { shape, dtype }: AnyExpr["type"]): AnyExpr =>
    op.div(slot(name, shape, { dtype }), op.cast(divisor, dtype))
  return updateStep(options, {
    loss: mean(pending.loss, scalar),
    learned,
    gradients: mapped(learned, (path, { type }) => mean(pending.gradient(path), type)),
    state,
    nextState: mapped(state, (path, { type }) => slot(pending.state(path), type.shape, type))
  })
}

/** The slots that `gatherStep` reads, before there is anything in them. */
export const firstPending = (model: Model.AnyModel, dtype: "f32" | "f64", options: StepOptions): ByPath => {
  const { parameters, state } = Model.slots(model)
  const zeros = (_: string, { type }: AnyExpr): AnyExpr => op.fill(0, type)
  const scalar = op.fill(0, { dtype, shape: [] })
  return {
    ...renamed(learnedOf(parameters, options), pending.gradient, zeros),
    ...renamed(state, pending.state, zeros),
    [pending.loss]: scalar,
    [pending.weight]: scalar
  }
}

const mapped = (values: ByPath, f: (path: string, value: AnyExpr) => AnyExpr): ByPath =>
  Object.fromEntries(Object.entries(values).map(([path, value]) => [path, f(path, value)]))

const renamed = (
  values: ByPath,
  nameOf: (path: string) => string,
  f: (name: string, value: AnyExpr) => AnyExpr
): ByPath => Object.fromEntries(Object.entries(values).map(([path, value]) => [nameOf(path), f(nameOf(path), value)]))
