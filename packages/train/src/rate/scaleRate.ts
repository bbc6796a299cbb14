import { checkSettings, notNegative } from "../setting/checkSettings.ts"
import type { Rate } from "./rate.ts"

/**
 * A rate times a number, or times another rate, step by step. Throws a `SettingError` for a negative number.
 *
 * ```ts
 * import { constantRate, exponentialRate, scaleRate } from "@residual/train"
 * scaleRate(constantRate(0.5), 3)(0) // => 1.5
 * scaleRate(constantRate(0.5), exponentialRate({ initial: 1, factor: 0.5 }))(2) // => 0.125
 * ```
 */
export const scaleRate = (rate: Rate, by: number | Rate): Rate => {
  if (typeof by !== "number") return (step) => rate(step) * by(step)
  checkSettings("scaleRate", { by: [notNegative, by] })
  return (step) => rate(step) * by
}
