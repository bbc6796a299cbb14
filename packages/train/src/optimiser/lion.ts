import { op } from "@residual/core"
import type { DecayOptions } from "./decay.ts"
import { decayParameters } from "./decayed.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { keptShare, type Setting, settingsOf } from "./setting.ts"
import { towards } from "./towards.ts"

/** The settings of `lion`. `weightDecay` is the share of itself that a parameter loses for a rate of 1: 0 by default. */
export interface LionOptions extends DecayOptions {
  /** How much of the momentum is in the direction of a step, beside the gradient: 0.9 by default. */
  readonly beta1?: Setting
  /** How much of the momentum is kept: 0.99 by default. */
  readonly beta2?: Setting
}

/**
 * Lion (Chen et al. 2023), in which every element moves by the rate: `d = sign(β₁·m + (1−β₁)·g)`,
 * `p ← p·(1 − rate·decay) − rate·d`, `m ← β₂·m + (1−β₂)·g`. Its rates are a third to a tenth of those of `adamW`, and its
 * decays as much larger. Throws a `SettingError` for settings out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { lion } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(lion().init(parameters)) // => ["momentum"]
 * ```
 */
export const lion = (options: LionOptions = {}): Optimiser => {
  const { beta1 = 0.9, beta2 = 0.99 } = options
  const read = settingsOf("lion")
  const beta1At = read("beta1", beta1, keptShare)
  const beta2At = read("beta2", beta2, keptShare)
  const rule = eachParameter({
    scalars: ({ rate, step }) => ({ rate, ofGradient: 1 - beta1At(step), newMomentum: 1 - beta2At(step) }),
    state: ["momentum"],
    next: ({ value, gradient, state, scalars }) => {
      const direction = op.sign(towards(state.momentum, gradient, scalars.ofGradient))
      return {
        value: op.sub(value, op.mul(direction, scalars.rate)),
        state: { momentum: towards(state.momentum, gradient, scalars.newMomentum) }
      }
    }
  })
  return decayParameters("lion", options, rule)
}
