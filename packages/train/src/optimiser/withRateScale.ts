import { notNegative } from "../setting/checkSettings.ts"
import type { Optimiser } from "./optimiser.ts"
import { type Setting, settingsOf } from "./setting.ts"

/**
 * An optimiser whose rate is that of the step times a number: for a part of the parameters, or as a rate of its own where
 * another optimiser's is scheduled. Throws a `SettingError` for a negative number.
 *
 * ```ts
 * import { sgd, withRateScale } from "@residual/train"
 * withRateScale(sgd(), 10).scalars({ rate: 0.1, step: 0 })["rate"] // => 1
 * ```
 */
export const withRateScale = (optimiser: Optimiser, by: Setting): Optimiser => {
  const byAt = settingsOf("withRateScale")("by", by, notNegative)
  return { ...optimiser, scalars: ({ rate, step }) => optimiser.scalars({ rate: rate * byAt(step), step }) }
}
