import { type AnyExpr, DType, input, Model, ShapeError, type TensorType } from "@residual/core"
import type { ByPath } from "../optimiser/optimiser.ts"

/**
 * What is learned: a model, the types of what a batch holds, and the scalar loss of the model on a batch. The loss is
 * given the model as a function, so that it may call it as it needs. Where a batch holds `weights`, one for each row, they
 * are the model's too: rows of padding are no part of the statistics that it takes. The loss is to read them itself.
 *
 * ```ts
 * import { type AnyExpr, Model, op } from "@residual/core"
 * import type { Objective } from "@residual/train"
 * const fit: Objective<AnyExpr, AnyExpr> = {
 *   model: Model.linear({ in: 2, out: 1 }),
 *   batch: { features: { dtype: "f32", shape: [8, 2] }, targets: { dtype: "f32", shape: [8, 1] } },
 *   loss: (model, { features, targets }) => op.mse(model(features!), targets!)
 * }
 * Object.keys(fit.batch) // => ["features", "targets"]
 * ```
 */
export interface Objective<In, Out> {
  readonly model: Model.Model<In, Out>
  readonly batch: Readonly<Record<string, TensorType.TensorType>>
  readonly loss: (model: (input: In) => Out, batch: ByPath) => AnyExpr
}

/** An objective applied to a batch's inputs and to a model's slots. */
export interface AppliedObjective {
  readonly loss: AnyExpr
  /** The model's parameters and states as slots, and its states after the batch. */
  readonly parameters: ByPath
  readonly state: ByPath
  readonly nextState: ByPath
}

/**
 * Composes an objective in a mode. Throws a `ShapeError` for a loss that is not a scalar float, and whatever the model
 * throws.
 */
export const applyObjective = <In, Out>(
  { model, batch, loss }: Objective<In, Out>,
  mode: Model.Mode
): AppliedObjective => {
  const inputs = Object.fromEntries(
    Object.entries(batch).map(([name, { dtype, shape }]) => [name, input(name, shape, { dtype })])
  )
  // The loss is the root of the model, so that parameters keep the paths that they have in the model alone.
  const objective: Model.Model<ByPath, AnyExpr> = {
    _tag: "Model",
    tree: model.tree,
    body: (self, values, context) => loss((given) => model.body(self, given, context), values)
  }
  const slots = Model.slots(model)
  const key = input("key", [2], { dtype: "u32" })
  const { weights } = inputs
  const bindings: Model.Bindings = { ...slots, key, mode, ...(weights === undefined ? {} : { weights }) }
  const applied = Model.apply(objective, bindings, inputs)
  const { type } = applied.output
  if (type.shape.length > 0 || !DType.isFloat(type.dtype)) throw new ShapeError("loss", [type], "a scalar float")
  return { ...slots, loss: applied.output, nextState: applied.state }
}
