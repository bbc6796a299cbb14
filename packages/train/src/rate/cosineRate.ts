import { checkSettings, notNegative, positive } from "../setting/checkSettings.ts"
import type { Rate } from "./rate.ts"

/** The settings of `cosineRate`. */
export interface CosineRateOptions {
  /** The rate of the first step. */
  readonly initial: number
  /** What the rate falls to: 0 by default. */
  readonly floor?: number
  /** The step at which the floor is reached. */
  readonly steps: number
}

/**
 * A rate that falls along half a cosine (Loshchilov and Hutter 2017): `floor + (initial−floor)·(1 + cos(π·step/steps))/2`.
 * After `steps` it rises again, in as many steps, and so on; for one that stays at its floor see `warmupCosine`, for one
 * that starts anew `cosineRestarts`. Throws a `SettingError` for a negative rate, and unless `steps` is above 0.
 *
 * ```ts
 * import { cosineRate } from "@residual/train"
 * const rate = cosineRate({ initial: 1, floor: 0.5, steps: 10 })
 * const steps = [0, 5, 10, 15, 20].map(rate)
 * steps // => [1, 0.75, 0.5, 0.75, 1]
 * ```
 */
export const cosineRate = ({ initial, floor = 0, steps }: CosineRateOptions): Rate => {
  checkSettings("cosineRate", {
    initial: [notNegative, initial],
    floor: [notNegative, floor],
    steps: [positive, steps]
  })
  return (step) => floor + 0.5 * (initial - floor) * (1 + Math.cos((Math.PI * step) / steps))
}
