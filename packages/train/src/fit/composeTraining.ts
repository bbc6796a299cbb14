import { Model, Shape } from "@residual/core"
import type { Computation } from "@residual/graph"
import { checkSettings, counting } from "../setting/checkSettings.ts"
import { SettingError } from "../setting/settingError.ts"
import { accumulatedStep, firstPending, gatherStep } from "../step/accumulation.ts"
import { evaluationStep } from "../step/evaluationStep.ts"
import { applyObjective, type Objective } from "../step/objective.ts"
import { optimiserSlot } from "../step/slotNames.ts"
import type { StepOptions } from "../step/stepOptions.ts"
import { optimiserStart, trainingStep } from "../step/trainingStep.ts"
import { checkLossScaling } from "./lossScale.ts"
import type { TrainingOptions } from "./trainingOptions.ts"

/** What a training run computes, before any device has been asked. */
export interface ComposedTraining {
  /** Moves the parameters. */
  readonly step: Computation
  /** What runs for each batch before the step, where it has several. */
  readonly gather: Computation | undefined
  /** Gives the optimiser's state its first values, and sums of batches a place. */
  readonly starts: ReadonlyArray<Computation>
  readonly evaluation: Computation | undefined
  /** What a run goes on from: parameters, the model's states, the optimiser's. */
  readonly slots: ReadonlyArray<string>
  /** How many elements the parameters that learn have. */
  readonly learned: number
  readonly options: StepOptions
}

/**
 * Composes the programs of a training run. Throws a `SettingError` for options that make no sense, and whatever the model and
 * the losses throw.
 */
export const composeTraining = <In, Out>(
  objective: Objective<In, Out>,
  given: TrainingOptions<In, Out>
): ComposedTraining => {
  const { model } = objective
  const { accumulate = 1, lossScaling, evaluates, trains = () => true } = given
  checkSettings("a trainer", { accumulate: [counting, accumulate] })
  if (lossScaling !== undefined) checkLossScaling(lossScaling)
  const options: StepOptions = { ...given, scalesLoss: lossScaling !== undefined }
  const parameters = Model.parameters(model)
  const learned = Object.keys(parameters).filter(trains)
  if (learned.length === 0) {
    throw new SettingError({
      owner: "a trainer",
      setting: "trains",
      given: "true for no parameter",
      expected: `some of ${Object.keys(parameters).join(", ")}`
    })
  }
  const start = optimiserStart(model, options)
  const held = Object.keys(start.updates ?? {})
  const evaluated = evaluates === undefined ? [] : learned.map((path) => optimiserSlot(evaluates, path))
  const lacking = evaluated.find((slot) => !held.includes(slot))
  if (lacking !== undefined) {
    const expected = `a state that the optimiser keeps of each parameter that learns; it has no ${lacking}`
    throw new SettingError({ owner: "a trainer", setting: "evaluates", given: evaluates, expected })
  }
  const { step, gather, starts } = accumulate === 1 ? whole(objective, options) : accumulated(objective, options)
  const evaluation = given.evaluation && evaluationStep(given.evaluation, { ...stateOf(evaluates), trains })
  return {
    step,
    gather,
    starts: [start, ...starts],
    evaluation,
    slots: [...Object.keys(parameters), ...Object.keys(Model.slots(model).state), ...held],
    learned: learned.reduce((count, path) => count + Shape.size(parameters[path]?.shape ?? []), 0),
    options
  }
}

type StepPrograms = Pick<ComposedTraining, "step" | "gather" | "starts">

const whole = <In, Out>(objective: Objective<In, Out>, options: StepOptions): StepPrograms => ({
  step: trainingStep(objective, options),
  gather: undefined,
  starts: []
})

const accumulated = <In, Out>(objective: Objective<In, Out>, options: StepOptions): StepPrograms => {
  const { loss } = applyObjective(objective, "train", Model.slots(objective.model))
  const dtype = loss.type.dtype === "f64" ? "f64" : "f32"
  return {
    step: accumulatedStep(objective.model, dtype, options),
    gather: gatherStep(objective, options),
    starts: [{ outputs: {}, updates: firstPending(objective.model, dtype, options) }]
  }
}

const stateOf = (evaluates: string | undefined) => (evaluates === undefined ? {} : { state: evaluates })
