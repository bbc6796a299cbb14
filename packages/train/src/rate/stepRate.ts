import { checkSettings, notNegative, positive } from "../setting/checkSettings.ts"
import type { Rate } from "./rate.ts"

/** The settings of `stepRate`. */
export interface StepRateOptions {
  /** The rate of the first steps. */
  readonly initial: number
  /** How many steps have one rate. */
  readonly every: number
  /** What the rate is multiplied by each time: 0.1 by default. */
  readonly factor?: number
}

/**
 * A rate that falls by a factor every so many steps: `initial · factor^⌊step/every⌋`. Throws a `SettingError` for a
 * negative rate or factor, and unless `every` is above 0.
 *
 * ```ts
 * import { stepRate } from "@residual/train"
 * const rate = stepRate({ initial: 0.8, every: 10, factor: 0.5 })
 * const steps = [0, 9, 10, 25].map(rate)
 * steps // => [0.8, 0.8, 0.4, 0.2]
 * ```
 */
export const stepRate = ({ initial, every, factor = 0.1 }: StepRateOptions): Rate => {
  checkSettings("stepRate", {
    initial: [notNegative, initial],
    every: [positive, every],
    factor: [notNegative, factor]
  })
  return (step) => initial * factor ** Math.floor(step / every)
}
