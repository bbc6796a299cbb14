import { checkSettings, notNegative, positive } from "../setting/checkSettings.ts"
import { linearRate } from "./linearRate.ts"
import type { Rate } from "./rate.ts"
import { sequenceRates } from "./sequenceRates.ts"

/** The settings of `warmUp`. */
export interface WarmUpOptions {
  /** How many steps the rise takes. */
  readonly steps: number
  /** The rate of the first step: 0 by default. */
  readonly from?: number
}

/**
 * A rise in a straight line to where a rate begins, in front of that rate (Goyal et al. 2017):
 * `from + (rate(0)−from)·step/steps`, then `rate(step−steps)`. Throws a `SettingError` for a negative rate, and unless
 * `steps` is above 0.
 *
 * ```ts
 * import { cosineRate, warmUp } from "@residual/train"
 * const rate = warmUp(cosineRate({ initial: 1, steps: 10 }), { steps: 4 })
 * const steps = [0, 1, 4, 9, 14].map(rate)
 * steps // => [0, 0.25, 1, 0.5, 0]
 * ```
 */
export const warmUp = (rate: Rate, { steps, from = 0 }: WarmUpOptions): Rate => {
  checkSettings("warmUp", { steps: [positive, steps], from: [notNegative, from] })
  return sequenceRates([
    [linearRate({ from, to: rate(0), steps }), steps],
    [rate, Number.POSITIVE_INFINITY]
  ])
}
