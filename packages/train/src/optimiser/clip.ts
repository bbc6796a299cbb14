import { type AnyExpr, type DType, op } from "@residual/core"
import { checkSettings } from "../setting/checkSettings.ts"
import { limit } from "./limit.ts"
import type { ByPath } from "./optimiser.ts"

/** What `clipByGlobalNorm` gives. */
export interface Clipped {
  readonly gradients: ByPath
  /** The norm before clipping: a scalar. */
  readonly norm: AnyExpr
}

/**
 * The Euclidean norm of all gradients taken as one vector, in the widest of their element types. Shape: `[]`.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { globalNorm } from "@residual/train"
 * globalNorm({ weight: input("g", [3, 4]) }).type // => { dtype: "f32", shape: [] }
 * ```
 */
export const globalNorm = (gradients: ByPath): AnyExpr => {
  const all = Object.values(gradients)
  const dtype: DType.DType = all.some(({ type }) => type.dtype === "f64") ? "f64" : "f32"
  const squares = all.map((gradient) => op.sum(op.cast(op.mul(gradient, gradient), dtype)))
  return op.sqrt(squares.reduce((sum, square) => op.add(sum, square), op.fill(0, { dtype, shape: [] })))
}

/**
 * Scales gradients down together so that their global norm is at most `most`: each is multiplied by
 * `min(1, most / (norm + 1e-6))`, as PyTorch's `clip_grad_norm_` does (Pascanu et al. 2013). Gives the norm before
 * clipping beside them. Throws a `SettingError` for a negative `most`.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { clipByGlobalNorm } from "@residual/train"
 * const { gradients } = clipByGlobalNorm({ weight: input("g", [3, 4]) }, 1)
 * gradients["weight"]?.type.shape // => [3, 4]
 * ```
 */
export const clipByGlobalNorm = (gradients: ByPath, most: number): Clipped => {
  checkSettings("clipByGlobalNorm", { most: [limit, most] })
  const norm = globalNorm(gradients)
  const factor = op.minimum(op.div(op.fill(most, norm.type), op.add(norm, 1e-6)), 1)
  return {
    gradients: Object.fromEntries(
      Object.entries(gradients).map(([path, gradient]) => [
        path,
        op.mul(gradient, op.cast(factor, gradient.type.dtype))
      ])
    ),
    norm
  }
}
