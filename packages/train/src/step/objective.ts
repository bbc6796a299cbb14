import { type AnyExpr, DType, input, Model, ShapeError, type TensorType } from "@residual/core"
import type { ByPath } from "../optimiser/optimiser.ts"

/**
 * A loss, and what else is to be seen of a batch, by name: predictions, for metrics. Each output's first axis is the rows
 * of the batch. `weight`, a scalar float, is what the batch counts for beside others, where several make a step or an
 * evaluation: that is what the loss is a mean over, such as the targets that are not to be left out. Without it, a batch counts
 * for the sum of its `weights`, or for its rows where it has none.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import type { Judged } from "@residual/train"
 * const logits = input("logits", [8, 3])
 * const judged: Judged = { loss: op.mean(logits), outputs: { logits } }
 * Object.keys(judged.outputs!) // => ["logits"]
 * ```
 */
export interface Judged {
  readonly loss: AnyExpr
  readonly outputs?: ByPath
  readonly weight?: AnyExpr
}

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
  readonly loss: (model: (input: In) => Out, batch: ByPath) => AnyExpr | Judged
}

/** An objective applied to a batch's inputs and to a model's values. */
export interface AppliedObjective {
  readonly loss: AnyExpr
  readonly outputs: ByPath
  /** What the batch counts for, where the objective says so. */
  readonly weight: AnyExpr | undefined
  /** What the model's bodies tapped, by path. */
  readonly taps: ByPath
  /** The model's states after the batch, by path. */
  readonly nextState: ByPath
  /** Where in the model each expression of the loss was composed; the loss itself is its outermost call. */
  readonly places: ReadonlyMap<AnyExpr, string>
}

/** The values by path that an objective's model is applied with. */
export interface ModelValues {
  readonly parameters: ByPath
  readonly state: ByPath
}

/**
 * Composes an objective in a mode. Throws a `ShapeError` for a loss or a weight that is not a scalar float, and whatever the model
 * throws.
 */
export const applyObjective = <In, Out>(
  { model, batch, loss }: Objective<In, Out>,
  mode: Model.Mode,
  values: ModelValues
): AppliedObjective => {
  const inputs = Object.fromEntries(
    Object.entries(batch).map(([name, { dtype, shape }]) => [name, input(name, shape, { dtype })])
  )
  // The loss is the root of the model, so that parameters keep the paths that they have in the model alone.
  const objective: Model.Model<ByPath, Judged> = {
    _tag: "Model",
    tree: model.tree,
    body: (self, batch, context) => judged(loss((given) => model.body(self, given, context), batch))
  }
  const key = input("key", [2], { dtype: "u32" })
  const { weights } = inputs
  const counted = weights?.type.shape.length === 1 ? { weights } : {}
  const applied = Model.applyPlaced(objective, { ...values, ...counted, key, mode }, inputs)
  const { output, auxiliary: taps, state: nextState, places } = applied
  const { outputs = {}, weight } = output
  checkScalar("loss", output.loss)
  if (weight !== undefined) checkScalar("weight", weight)
  return { loss: output.loss, outputs, weight, taps, nextState, places }
}

const judged = (given: AnyExpr | Judged): Judged => ("loss" in given ? given : { loss: given })

const checkScalar = (name: string, { type }: AnyExpr): void => {
  if (type.shape.length > 0 || !DType.isFloat(type.dtype)) throw new ShapeError(name, [type], "a scalar float")
}
