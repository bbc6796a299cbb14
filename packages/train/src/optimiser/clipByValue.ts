import { op } from "@residual/core"
import { checkSettings } from "../setting/checkSettings.ts"
import { limit } from "./limit.ts"
import type { ByPath } from "./optimiser.ts"

/**
 * Limits each element of the gradients to at most `most` in size: `min(max(g, −most), most)`. A NaN stays one. Throws a
 * `SettingError` for a negative `most`.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { clipByValue } from "@residual/train"
 * clipByValue({ weight: input("g", [3, 4]) }, 0.5)["weight"]?.type.shape // => [3, 4]
 * ```
 */
export const clipByValue = (gradients: ByPath, most: number): ByPath => {
  checkSettings("clipByValue", { most: [limit, most] })
  return Object.fromEntries(
    Object.entries(gradients).map(([path, gradient]) => [path, op.minimum(op.maximum(gradient, -most), most)])
  )
}
