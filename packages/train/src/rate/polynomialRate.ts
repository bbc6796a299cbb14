import { checkSettings, notNegative, positive } from "../setting/checkSettings.ts"
import type { Rate } from "./rate.ts"

/** The settings of `polynomialRate`. */
export interface PolynomialRateOptions {
  /** The rate of the first step. */
  readonly initial: number
  /** What the rate falls to: 0 by default. */
  readonly floor?: number
  /** The step at which the floor is reached; the rate stays there. */
  readonly steps: number
  /** The exponent: 1, a straight line, by default. */
  readonly power?: number
}

/**
 * A rate that falls as a power of the steps that are left: `floor + (initial−floor)·(1 − step/steps)^power`, then
 * `floor`. Throws a `SettingError` for a negative rate, and unless `steps` and `power` are above 0.
 *
 * ```ts
 * import { polynomialRate } from "@residual/train"
 * const rate = polynomialRate({ initial: 1, steps: 4, power: 2 })
 * const steps = [0, 1, 2, 4, 9].map(rate)
 * steps // => [1, 0.5625, 0.25, 0, 0]
 * ```
 */
export const polynomialRate = ({ initial, floor = 0, steps, power = 1 }: PolynomialRateOptions): Rate => {
  checkSettings("polynomialRate", {
    initial: [notNegative, initial],
    floor: [notNegative, floor],
    steps: [positive, steps],
    power: [positive, power]
  })
  return (step) => floor + (initial - floor) * Math.max(0, 1 - step / steps) ** power
}
