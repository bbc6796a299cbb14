import { between, checkSettings, natural, notNegative } from "../setting/checkSettings.ts"
import type { AdaptiveRate } from "./adaptiveRate.ts"
import type { Rate } from "./rate.ts"

/** The settings of `reduceOnPlateau`. */
export interface ReduceOnPlateauOptions {
  /** What the rate is multiplied by each time: 0.1 by default. */
  readonly factor?: number
  /** How many losses in a row may be no better than the best: 10 by default. The one after them reduces the rate. */
  readonly patience?: number
  /** By how much a loss must be better than the best to count as better: 1e-4 by default. */
  readonly threshold?: number
  /** Whether the threshold is a share of the best loss, which is the default, or a difference from it. */
  readonly thresholdMode?: "relative" | "absolute"
  /** How many losses after a reduction do not count against patience: 0 by default. */
  readonly cooldown?: number
  /** The rate is never reduced below this: 0 by default. */
  readonly minimum?: number
  /** Whether small is good, which is the default, or large, as of an accuracy. */
  readonly mode?: "minimum" | "maximum"
}

/** What `reduceOnPlateau` remembers. */
export interface PlateauState {
  /** The best loss so far; null before the first finite one. */
  readonly best: number | null
  /** How many losses in a row were no better. */
  readonly worse: number
  /** How many more losses do not count. */
  readonly cooling: number
  readonly reductions: number
}

/**
 * A rate that is reduced each time that the loss has stopped getting better: `rate(step)·factor^n` after `n` reductions,
 * or else the minimum. A loss that is not finite is no better than any.
 *
 * Throws a `SettingError` for a factor beyond [0, 1], a threshold or minimum below 0, and a patience or cooldown that is
 * not a whole number.
 *
 * ```ts
 * import { constantRate, reduceOnPlateau } from "@residual/train"
 * const plateau = reduceOnPlateau(constantRate(0.1), { factor: 0.5, patience: 1 })
 * const state = [3, 2, 2, 2].reduce(plateau.observe, plateau.initial)
 * plateau.rate(state, 4) // => 0.05
 * state // => { best: 2, worse: 0, cooling: 0, reductions: 1 }
 * ```
 */
export const reduceOnPlateau = (rate: Rate, options: ReduceOnPlateauOptions = {}): AdaptiveRate<PlateauState> => {
  const { factor = 0.1, patience = 10, threshold = 1e-4, cooldown = 0, minimum = 0 } = options
  const { thresholdMode = "relative", mode = "minimum" } = options
  checkSettings("reduceOnPlateau", {
    factor: [between(0, 1), factor],
    patience: [natural, patience],
    threshold: [notNegative, threshold],
    cooldown: [natural, cooldown],
    minimum: [notNegative, minimum]
  })
  const isBetter = (loss: number, best: number | null): boolean => {
    if (!Number.isFinite(loss)) return false
    if (best === null) return true
    const margin = thresholdMode === "relative" ? threshold * Math.abs(best) : threshold
    return mode === "minimum" ? loss < best - margin : loss > best + margin
  }
  return {
    initial: { best: null, worse: 0, cooling: 0, reductions: 0 },
    observe: ({ best, worse, cooling, reductions }, loss) => {
      const better = isBetter(loss, best)
      const counted = better || cooling > 0 ? 0 : worse + 1
      const reduces = counted > patience
      return {
        // As JSON has it, which knows no -0.
        best: better ? loss + 0 : best,
        worse: reduces ? 0 : counted,
        cooling: reduces ? cooldown : Math.max(0, cooling - 1),
        reductions: reductions + (reduces ? 1 : 0)
      }
    },
    rate: ({ reductions }, step) => {
      const base = rate(step)
      return reductions === 0 ? base : Math.min(base, Math.max(minimum, base * factor ** reductions))
    }
  }
}
