import { around } from "./around.ts"
import type { Model } from "./model.ts"

/**
 * A model that is computed again when residuals come back to it, instead of everything being kept that its backward reads:
 * what a training step keeps of it is its input. Output, gradients, random draws and the next values of its states are those of
 * the model itself, and so are its paths. A deep network takes least memory where each of its blocks is recomputed; it
 * then does most of the forward pass twice.
 *
 * T. Chen et al., "Training deep nets with sublinear memory cost" (2016): gradient checkpointing, or rematerialisation.
 *
 * ```ts
 * import { Model, op } from "@residual/core"
 * const block = () => Model.skip(Model.sequence(Model.linear({ in: 8, out: 32 }), op.gelu, Model.linear({ in: 32, out: 8 })))
 * const deep = Model.repeat(12, () => Model.recomputed(block()))
 * Object.keys(Model.parameters(deep)).length // => 48
 * ```
 */
export const recomputed = <In, Out>(model: Model<In, Out>): Model<In, Out> =>
  around(model, {}, (inner, _, input: In, { recompute }) => recompute(inner, input))
