import { type AnyExpr, input, Model, type TensorType } from "@residual/core"
import type { ByPath } from "../optimiser/optimiser.ts"

/**
 * What is predicted: a model, the types of what it is asked about, and what it answers, by name. The answers are given the
 * model as a function, so that they may call it as they need.
 *
 * ```ts
 * import { type AnyExpr, Model, op } from "@residual/core"
 * import type { Prediction } from "@residual/train"
 * const classes: Prediction<AnyExpr, AnyExpr, "probabilities"> = {
 *   model: Model.linear({ in: 2, out: 3 }),
 *   inputs: { features: { dtype: "f32", shape: [1, 2] } },
 *   outputs: (model, { features }) => ({ probabilities: op.softmax(model(features!)) })
 * }
 * Object.keys(classes.inputs) // => ["features"]
 * ```
 */
export interface Prediction<In, Out, Name extends string> {
  readonly model: Model.Model<In, Out>
  readonly inputs: Readonly<Record<string, TensorType.TensorType>>
  readonly outputs: (model: (input: In) => Out, inputs: ByPath) => Readonly<Record<Name, AnyExpr>>
}

/** Composes a prediction: the outputs of the model, as it is evaluated, whose parameters and states are slots. */
export const predictionOutputs = <In, Out, Name extends string>({
  model,
  inputs,
  outputs
}: Prediction<In, Out, Name>): Readonly<Record<Name, AnyExpr>> => {
  const asked = Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape }]) => [name, input(name, shape, { dtype })])
  )
  // The outputs are the root of the model, so that parameters keep the paths that they have in the model alone.
  const root: Model.Model<ByPath, Readonly<Record<Name, AnyExpr>>> = {
    _tag: "Model",
    tree: model.tree,
    body: (self, given, context) => outputs((one) => model.body(self, one, context), given)
  }
  return Model.apply(root, { ...Model.slots(model), mode: "evaluate" }, asked).output
}
