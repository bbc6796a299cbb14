import { op } from "@residual/core"
import { notNegative } from "../setting/checkSettings.ts"
import type { DecayOptions } from "./decay.ts"
import { decayGradients } from "./decayed.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { addend, type Setting, settingsOf } from "./setting.ts"

/** The settings of `adagrad`. `weightDecay` times the parameter is added to its gradient: 0 by default. */
export interface AdagradOptions extends DecayOptions {
  /** How fast rates fall: 0 by default. */
  readonly rateDecay?: Setting
  /** What sums of squares start from: 0 by default. */
  readonly initial?: Setting
  /** Added to the denominator, at least 1e-30: 1e-10 by default. */
  readonly epsilon?: Setting
}

/**
 * Adagrad (Duchi et al. 2011), as PyTorch defines it: with `t` the number of updates before this one, `s ← s + g²`,
 * `p ← p − rate / (1 + t·rateDecay) · g / (√s + ε)`. Throws a `SettingError` for settings out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { adagrad } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(adagrad().init(parameters)) // => ["sum"]
 * ```
 */
export const adagrad = (options: AdagradOptions = {}): Optimiser => {
  const { rateDecay = 0, initial = 0, epsilon = 1e-10 } = options
  const read = settingsOf("adagrad")
  const decayAt = read("rateDecay", rateDecay, notNegative)
  const initialAt = read("initial", initial, notNegative)
  const epsilonAt = read("epsilon", epsilon, addend)
  const rule = eachParameter({
    scalars: ({ rate, step }) => ({
      size: rate / (1 + step * decayAt(step)),
      initial: initialAt(step),
      epsilon: epsilonAt(step)
    }),
    state: ["sum"],
    next: ({ value, gradient, state, scalars }) => {
      const sum = op.add(state.sum, op.mul(gradient, gradient))
      const root = op.sqrt(initial === 0 ? sum : op.add(sum, scalars.initial))
      const moved = op.div(op.mul(gradient, scalars.size), op.add(root, scalars.epsilon))
      return { value: op.sub(value, moved), state: { sum } }
    }
  })
  return decayGradients("adagrad", options, rule)
}
