import { checkSettings, notNegative } from "../setting/checkSettings.ts"
import { SettingError } from "../setting/settingError.ts"
import type { Rate } from "./rate.ts"

/** The settings of `multiStepRate`. */
export interface MultiStepRateOptions {
  /** The rate of the first steps. */
  readonly initial: number
  /** The steps at which the rate falls, in ascending order. */
  readonly at: ReadonlyArray<number>
  /** What the rate is multiplied by each time: 0.1 by default. */
  readonly factor?: number
}

/**
 * A rate that falls by a factor at given steps: `initial · factor^n`, where `n` of the steps in `at` have been reached.
 * Throws a `SettingError` for a negative rate, factor or step, and for steps that do not ascend.
 *
 * ```ts
 * import { multiStepRate } from "@residual/train"
 * const rate = multiStepRate({ initial: 0.8, at: [10, 30], factor: 0.5 })
 * const steps = [9, 10, 29, 30].map(rate)
 * steps // => [0.8, 0.4, 0.4, 0.2]
 * ```
 */
export const multiStepRate = ({ initial, at, factor = 0.1 }: MultiStepRateOptions): Rate => {
  checkSettings("multiStepRate", { initial: [notNegative, initial], factor: [notNegative, factor] })
  const ascends = at.every((step, index) => step >= (at[index - 1] ?? 0))
  if (!ascends) {
    const expected = "steps from 0, in ascending order"
    throw new SettingError({ owner: "multiStepRate", setting: "at", given: `[${at.join(", ")}]`, expected })
  }
  return (step) => initial * factor ** at.filter((fall) => fall <= step).length
}
