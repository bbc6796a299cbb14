import { checkSettings, positive } from "../setting/checkSettings.ts"
import type { Rate } from "./rate.ts"

/** The settings of `rateFromEpochs`. */
export interface RateFromEpochsOptions {
  /** How many steps an epoch has. */
  readonly stepsPerEpoch: number
  /** Whether all steps of an epoch have the rate of its first one: not so by default. */
  readonly whole?: boolean
}

/**
 * A rate that is written in epochs, as a function of the step: `rate(step/stepsPerEpoch)`, or of that rounded down.
 * Throws a `SettingError` unless `stepsPerEpoch` is above 0.
 *
 * ```ts
 * import { linearRate, rateFromEpochs } from "@residual/train"
 * const byEpoch = linearRate({ from: 1, to: 0, steps: 4 })
 * rateFromEpochs(byEpoch, { stepsPerEpoch: 100 })(150) // => 0.625
 * rateFromEpochs(byEpoch, { stepsPerEpoch: 100, whole: true })(150) // => 0.75
 * ```
 */
export const rateFromEpochs = (rate: Rate, { stepsPerEpoch, whole = false }: RateFromEpochsOptions): Rate => {
  checkSettings("rateFromEpochs", { stepsPerEpoch: [positive, stepsPerEpoch] })
  return whole ? (step) => rate(Math.floor(step / stepsPerEpoch)) : (step) => rate(step / stepsPerEpoch)
}
