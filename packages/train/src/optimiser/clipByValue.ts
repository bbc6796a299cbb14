import { op } from "@residual/core"
import type { ByPath } from "./optimiser.ts"

/**
 * Limits each element of the gradients to at most `most` in size: `min(max(g, −most), most)`. A NaN stays one.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { clipByValue } from "@residual/train"
 * clipByValue({ weight: input("g", [3, 4]) }, 0.5)["weight"]?.type.shape // => [3, 4]
 * ```
 */
export const clipByValue = (gradients: ByPath, most: number): ByPath =>
  Object.fromEntries(
    Object.entries(gradients).map(([path, gradient]) => [path, op.minimum(op.maximum(gradient, -most), most)])
  )
