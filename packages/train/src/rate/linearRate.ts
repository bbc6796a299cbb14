import { checkSettings, notNegative, positive } from "../setting/checkSettings.ts"
import type { Rate } from "./rate.ts"

/** The settings of `linearRate`. */
export interface LinearRateOptions {
  /** The rate of the first step. */
  readonly from: number
  /** The rate at step `steps` and after it. */
  readonly to: number
  readonly steps: number
}

/**
 * A rate that rises or falls in a straight line and then stays: `from + (to−from)·step/steps`, then `to`. Throws a
 * `SettingError` for a negative rate, and unless `steps` is above 0.
 *
 * ```ts
 * import { linearRate } from "@residual/train"
 * const rate = linearRate({ from: 0.25, to: 1, steps: 3 })
 * const steps = [0, 1, 3, 100].map(rate)
 * steps // => [0.25, 0.5, 1, 1]
 * ```
 */
export const linearRate = ({ from, to, steps }: LinearRateOptions): Rate => {
  checkSettings("linearRate", { from: [notNegative, from], to: [notNegative, to], steps: [positive, steps] })
  return (step) => (step >= steps ? to : from + ((to - from) * step) / steps)
}
