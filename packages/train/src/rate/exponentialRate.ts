import { checkSettings, notNegative } from "../setting/checkSettings.ts"
import type { Rate } from "./rate.ts"

/** The settings of `exponentialRate`. */
export interface ExponentialRateOptions {
  /** The rate of the first step. */
  readonly initial: number
  /** What each step's rate is multiplied by to give the next one's. */
  readonly factor: number
}

/**
 * A rate that falls by a factor every step: `initial · factor^step`. Throws a `SettingError` for a negative rate or
 * factor.
 *
 * ```ts
 * import { exponentialRate } from "@residual/train"
 * const rate = exponentialRate({ initial: 1, factor: 0.5 })
 * const steps = [0, 1, 3].map(rate)
 * steps // => [1, 0.5, 0.125]
 * ```
 */
export const exponentialRate = ({ initial, factor }: ExponentialRateOptions): Rate => {
  checkSettings("exponentialRate", { initial: [notNegative, initial], factor: [notNegative, factor] })
  return (step) => initial * factor ** step
}
