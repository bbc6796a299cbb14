import { atLeast, checkSettings, notNegative, positive } from "../setting/checkSettings.ts"
import { type CosineRateOptions, cosineRate } from "./cosineRate.ts"
import type { Rate } from "./rate.ts"

/** The settings of `cosineRestarts`: `steps` is the length of the first period. */
export interface CosineRestartsOptions extends CosineRateOptions {
  /** What each period's length is multiplied by to give the next one's: 1 by default. */
  readonly growth?: number
}

/**
 * Half cosines one after another, each starting at the initial rate again (SGDR, Loshchilov and Hutter 2017):
 * `floor + (initial−floor)·(1 + cos(π·t/T))/2` at step `t` of a period of `T` steps. Throws a `SettingError` for a
 * negative rate, unless `steps` is above 0, and for a growth below 1.
 *
 * ```ts
 * import { cosineRestarts } from "@residual/train"
 * const rate = cosineRestarts({ initial: 1, steps: 10, growth: 2 })
 * const steps = [0, 5, 10, 20, 30].map(rate)
 * steps // => [1, 0.5, 1, 0.5, 1]
 * ```
 */
export const cosineRestarts = ({ initial, floor = 0, steps, growth = 1 }: CosineRestartsOptions): Rate => {
  checkSettings("cosineRestarts", {
    initial: [notNegative, initial],
    floor: [notNegative, floor],
    steps: [positive, steps],
    growth: [atLeast(1), growth]
  })
  const cosine = cosineRate({ initial, floor, steps: 1 })
  return (step) => {
    if (growth === 1) return cosine((step % steps) / steps)
    let [start, length] = [0, steps]
    while (step >= start + length) {
      start += length
      length *= growth
    }
    return cosine((step - start) / length)
  }
}
