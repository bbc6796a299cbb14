import { checkSettings, positive } from "../setting/checkSettings.ts"
import { SettingError } from "../setting/settingError.ts"
import type { Rate } from "./rate.ts"

/**
 * Rates one after another, each for so many steps, which it counts from 0. The last one goes on however many it has.
 * Throws a `SettingError` for no rates, and unless each but the last has a finite number of steps above 0.
 *
 * ```ts
 * import { constantRate, linearRate, sequenceRates } from "@residual/train"
 * const rate = sequenceRates([
 *   [constantRate(0.5), 10],
 *   [linearRate({ from: 1, to: 0, steps: 10 }), 10]
 * ])
 * const steps = [0, 9, 10, 15, 25].map(rate)
 * steps // => [0.5, 0.5, 1, 0.5, 0]
 * ```
 */
export const sequenceRates = (pieces: ReadonlyArray<readonly [rate: Rate, steps: number]>): Rate => {
  const last = pieces.at(-1)
  if (last === undefined) {
    throw new SettingError({ owner: "sequenceRates", setting: "pieces", given: "empty", expected: "a rate or more" })
  }
  const first = pieces.slice(0, -1)
  for (const [at, [, steps]] of first.entries()) {
    checkSettings("sequenceRates", { [`the number of steps of piece ${at}`]: [positive, steps] })
  }
  return (step) => {
    let within = step
    for (const [rate, steps] of first) {
      if (within < steps) return rate(within)
      within -= steps
    }
    return last[0](within)
  }
}
