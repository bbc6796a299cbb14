import { checkSettings, notNegative } from "../setting/checkSettings.ts"
import type { Rate } from "./rate.ts"

/** The settings of `warmupCosine`. */
export interface WarmupCosineOptions {
  readonly peak: number
  /** What the rate falls to: 0 by default. */
  readonly floor?: number
  /** How many steps the rise to the peak takes: 0 by default. */
  readonly warmup?: number
  /** The step at which the floor is reached; the rate stays there. */
  readonly steps: number
}

/**
 * A rise in equal parts to the peak, then half a cosine down to the floor (Loshchilov and Hutter 2017):
 * `peak·(step+1)/warmup`, then `floor + (peak−floor)·(1 + cos(π·(step−warmup)/(steps−warmup)))/2`. Throws a `SettingError`
 * for a negative setting.
 *
 * ```ts
 * import { warmupCosine } from "@residual/train"
 * const rate = warmupCosine({ peak: 1, floor: 0.1, warmup: 4, steps: 100 })
 * const steps = [0, 3, 4, 52, 100, 500].map(rate)
 * steps // => [0.25, 1, 1, 0.55, 0.1, 0.1]
 * ```
 */
export const warmupCosine = ({ peak, floor = 0, warmup = 0, steps }: WarmupCosineOptions): Rate => {
  checkSettings("warmupCosine", {
    peak: [notNegative, peak],
    floor: [notNegative, floor],
    warmup: [notNegative, warmup],
    steps: [notNegative, steps]
  })
  return (step) => {
    if (step < warmup) return (peak * (step + 1)) / warmup
    if (step >= steps) return floor
    return floor + 0.5 * (peak - floor) * (1 + Math.cos((Math.PI * (step - warmup)) / (steps - warmup)))
  }
}
