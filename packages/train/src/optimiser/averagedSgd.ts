import { op } from "@residual/core"
import { natural, notNegative } from "../setting/checkSettings.ts"
import type { DecayOptions } from "./decay.ts"
import { decayGradients } from "./decayed.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { type Setting, settingsOf } from "./setting.ts"
import { towards } from "./towards.ts"

/** The settings of `averagedSgd`. `weightDecay` times the parameter is added to its gradient: 0 by default. */
export interface AveragedSgdOptions extends DecayOptions {
  /** The share of itself that each parameter loses for a rate of 1, and how fast rates fall: 1e-4 by default. */
  readonly lambda?: Setting
  /** The power with which rates fall: 0.75 by default. */
  readonly power?: Setting
  /** The step from which on parameters are averaged: 1,000,000 by default. Before it, the average is the last parameter. */
  readonly averageFrom?: number
}

/**
 * Averaged stochastic gradient descent (Polyak and Juditsky 1992; Bottou 2010), as PyTorch defines it: with `t` the number
 * of updates before this one, `η = rate / (1 + λ·rate·t)^power`, `p ← p·(1 − λ·η) − η·g`, and the average, kept in the
 * state as `average`, moves by `1 / max(1, t − averageFrom)` of its distance to `p`. Throws a `SettingError` for settings
 * out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { averagedSgd } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(averagedSgd().init(parameters)) // => ["average"]
 * ```
 */
export const averagedSgd = (options: AveragedSgdOptions = {}): Optimiser => {
  const { lambda = 1e-4, power = 0.75, averageFrom = 1e6 } = options
  const read = settingsOf("averagedSgd")
  const lambdaAt = read("lambda", lambda, notNegative)
  const powerAt = read("power", power, notNegative)
  const fromAt = read("averageFrom", averageFrom, natural)
  const rule = eachParameter({
    scalars: ({ rate, step }) => {
      const size = rate / (1 + lambdaAt(step) * rate * step) ** powerAt(step)
      return { size, loss: lambdaAt(step) * size, newAverage: 1 / Math.max(1, step - fromAt(step)) }
    },
    state: ["average"],
    next: ({ value, gradient, state, scalars }) => {
      const next = op.sub(op.sub(value, op.mul(value, scalars.loss)), op.mul(gradient, scalars.size))
      return { value: next, state: { average: towards(state.average, next, scalars.newAverage) } }
    }
  })
  return decayGradients("averagedSgd", options, rule)
}
