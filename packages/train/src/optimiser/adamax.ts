import { op } from "@residual/core"
import { type MomentOptions, momentsOf } from "./adamMoments.ts"
import { biasCorrection } from "./biasCorrection.ts"
import type { DecayOptions } from "./decay.ts"
import { decayGradients } from "./decayed.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { towards } from "./towards.ts"

/** The settings of `adamax`. `weightDecay` times the parameter is added to its gradient: 0 by default. */
export interface AdamaxOptions extends MomentOptions, DecayOptions {}

/**
 * Adam with the greatest gradient in the place of the mean square (Kingma and Ba 2015, section 7), as PyTorch defines it:
 * `m ← β₁·m + (1−β₁)·g`, `u ← max(β₂·u, |g| + ε)`, `p ← p − rate·(m / (1−β₁ᵗ)) / u`. Throws a `SettingError` for settings
 * out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { adamax } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(adamax().init(parameters)) // => ["mean", "greatest"]
 * ```
 */
export const adamax = (options: AdamaxOptions = {}): Optimiser => {
  const { beta1At, beta2At, epsilonAt } = momentsOf("adamax", options)
  const rule = eachParameter({
    scalars: ({ rate, step }) => ({
      size: rate / biasCorrection(beta1At(step), step),
      newMean: 1 - beta1At(step),
      beta2: beta2At(step),
      epsilon: epsilonAt(step)
    }),
    state: ["mean", "greatest"],
    next: ({ value, gradient, state, scalars }) => {
      const mean = towards(state.mean, gradient, scalars.newMean)
      const greatest = op.maximum(op.mul(state.greatest, scalars.beta2), op.add(op.abs(gradient), scalars.epsilon))
      return { value: op.sub(value, op.div(op.mul(mean, scalars.size), greatest)), state: { mean, greatest } }
    }
  })
  return decayGradients("adamax", options, rule)
}
