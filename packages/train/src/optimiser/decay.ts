import { Model, type TensorType } from "@residual/core"

/** Which parameters a weight decay pulls towards zero, by path and type. */
export type Decays = (path: string, type: TensorType.TensorType) => boolean

/**
 * Parameters of rank two or more: the matrices and tables, and not the biases and scales, as GPT-2's successors decay.
 *
 * ```ts
 * import { matricesOnly } from "@residual/train"
 * matricesOnly("blocks.0.attention.query.bias", { dtype: "f32", shape: [64] }) // => false
 * ```
 */
export const matricesOnly: Decays = (_, type) => type.shape.length >= 2

/**
 * Parameters that a model specifies to decay.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * import { decaysOf } from "@residual/train"
 * const model = Model.make({ scale: Model.parameter([4], { decay: true }) }, ({ scale }) => scale)
 * decaysOf(model)("scale", { dtype: "f32", shape: [4] }) // => true
 * ```
 */
export const decaysOf = (model: Model.AnyModel): Decays => {
  const specified = Model.parameters(model)
  return (path) => specified[path]?.decay ?? false
}

/** The decay of one parameter. */
export const decayOf = (
  options: { readonly weightDecay?: number; readonly decays?: Decays },
  path: string,
  type: TensorType.TensorType
): number => ((options.decays ?? (() => true))(path, type) ? (options.weightDecay ?? 0) : 0)
