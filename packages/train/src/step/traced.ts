import { type AnyExpr, Model } from "@residual/core"
import type { Computation } from "@residual/graph"
import { accumulatedStep, gatheredGradients, gatherOf } from "./accumulation.ts"
import { gradientsOf } from "./gradients.ts"
import type { Objective } from "./objective.ts"
import { type Origin, originsOf } from "./origins.ts"
import { pending } from "./slotNames.ts"
import type { StepOptions } from "./stepOptions.ts"
import { stepOf } from "./trainingStep.ts"

/** A step's computation with what a message about its ops can name. */
export interface TracedStep {
  readonly computation: Computation
  /** The loss, and what tells whether the gradients are finite: a step counts where all of these are. */
  readonly loss: AnyExpr
  readonly gradients: ReadonlyArray<AnyExpr>
  /** Where expressions belong: those of the loss and its gradients; all others sum up, limit and move. */
  readonly origins: ReadonlyMap<AnyExpr, Origin>
  /** The slots that are the model's parameters, and those that are its states. */
  readonly parameters: ReadonlySet<string>
  readonly states: ReadonlySet<string>
}

/**
 * `trainingStep`, with where its ops belong: what `diagnose` replays. It is the same computation each time. Throws as
 * `trainingStep` does.
 *
 * ```ts
 * import { type AnyExpr, Model, op } from "@residual/core"
 * import { sgd, traceStep } from "@residual/train"
 * const line = Model.make({ slope: Model.parameter([]) }, ({ slope }, x: AnyExpr) => op.log(op.mul(x, slope)))
 * const { loss, origins } = traceStep(
 *   { model: line, batch: { x: { dtype: "f32", shape: [8] } }, loss: (model, { x }) => op.mean(model(x!)) },
 *   { optimiser: sgd() }
 * )
 * origins.get(loss) // => { pass: "forward", path: "" }
 * ```
 */
export const traceStep = <In, Out>(objective: Objective<In, Out>, options: StepOptions): TracedStep => {
  const given = gradientsOf(objective, options)
  const computation = stepOf(objective, options, given)
  return { ...decidedByNorm(computation), ...namesOf(objective.model), origins: originsOf(given) }
}

/** A step of several batches, with where its ops belong: what runs for each batch, and what moves the parameters. */
export const traceAccumulated = <In, Out>(
  objective: Objective<In, Out>,
  options: StepOptions
): { readonly batch: TracedStep; readonly step: TracedStep } => {
  const given = gatheredGradients(objective, options)
  const computation = gatherOf(options, given)
  const update = (name: string): AnyExpr => computation.updates?.[name] as AnyExpr
  const dtype = given.loss.type.dtype === "f64" ? "f64" : "f32"
  return {
    batch: {
      ...namesOf(objective.model),
      computation,
      loss: update(pending.loss),
      gradients: Object.keys(given.gradients).map((path) => update(pending.gradient(path))),
      origins: originsOf(given)
    },
    step: {
      ...decidedByNorm(accumulatedStep(objective.model, dtype, options)),
      ...namesOf(objective.model),
      origins: new Map()
    }
  }
}

const decidedByNorm = (computation: Computation): Pick<TracedStep, "computation" | "loss" | "gradients"> => ({
  computation,
  loss: computation.outputs["loss"] as AnyExpr,
  gradients: [computation.outputs["gradientNorm"] as AnyExpr]
})

const namesOf = (model: Model.AnyModel): Pick<TracedStep, "parameters" | "states"> => ({
  parameters: new Set(Object.keys(Model.parameters(model))),
  states: new Set(Object.keys(Model.states(model)))
})
