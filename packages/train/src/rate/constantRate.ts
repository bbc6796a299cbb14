import { checkSettings, notNegative } from "../setting/checkSettings.ts"
import type { Rate } from "./rate.ts"

/**
 * The same rate at every step. Throws a `SettingError` for a negative one.
 *
 * ```ts
 * import { constantRate } from "@residual/train"
 * constantRate(0.1)(1000) // => 0.1
 * ```
 */
export const constantRate = (rate: number): Rate => {
  checkSettings("constantRate", { rate: [notNegative, rate] })
  return () => rate
}
