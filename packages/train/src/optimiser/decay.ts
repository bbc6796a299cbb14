import { type AnyExpr, Model, op, type TensorType } from "@residual/core"
import type { Setting } from "./setting.ts"

/** Which parameters a weight decay pulls towards zero, by path and type. */
export type Decays = (path: string, type: TensorType.TensorType) => boolean

/** How an optimiser is told of a weight decay. */
export interface DecayOptions {
  readonly weightDecay?: Setting
  /** Which parameters decay: all by default; `matricesOnly` is what language models use. */
  readonly decays?: Decays
}

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

/** How a weight decay enters a compiled step. */
export interface Pull {
  /** The scalar that stands for a decay. */
  readonly scalar: (decay: number) => number
  /** A parameter times its decay. */
  readonly of: (turn: { readonly path: string; readonly value: AnyExpr }, scalar: AnyExpr) => AnyExpr
}

/**
 * How parameters are pulled. Those with and without decay go through the same ops, so that they are moved by one kernel, in
 * which they differ by a constant: twice half the decay, or none of it. A product by 1 would not be left there, and +0 may be
 * a constant of the rule already, the one constant of both for parameters without decay, whose kernel would be another then.
 */
export const pullOf = ({ decays }: DecayOptions): Pull =>
  decays === undefined
    ? { scalar: (decay) => decay, of: ({ value }, scalar) => op.mul(value, scalar) }
    : {
        scalar: (decay) => decay / 2,
        of: ({ path, value }, scalar) => op.mul(op.mul(value, decays(path, value.type) ? 2 : -0), scalar)
      }
