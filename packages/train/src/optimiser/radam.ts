import { op } from "@residual/core"
import { type MomentOptions, momentsOf } from "./adamMoments.ts"
import { biasCorrection } from "./biasCorrection.ts"
import type { DecayOptions } from "./decay.ts"
import { decayGradients } from "./decayed.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { towards } from "./towards.ts"

/** The settings of `radam`. `weightDecay` times the parameter is added to its gradient: 0 by default. */
export interface RadamOptions extends MomentOptions, DecayOptions {}

/**
 * Rectified Adam (Liu et al. 2020), as PyTorch defines it: `m` and `v` as in `adam`; while the variance of the adaptive
 * rate is not known, `p ← p − rate·m / (1−β₁ᵗ)`, and from then on
 * `p ← p − rate·r·(m / (1−β₁ᵗ))·√(1−β₂ᵗ) / (√v + ε)`, where `r` rises to 1 as the variance falls. Throws a `SettingError`
 * for settings out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { radam } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(radam().init(parameters)) // => ["mean", "square"]
 * ```
 */
export const radam = (options: RadamOptions = {}): Optimiser => {
  const { beta1At, beta2At, epsilonAt } = momentsOf("radam", options)
  const rule = eachParameter({
    scalars: ({ rate, step }) => {
      const size = rate / biasCorrection(beta1At(step), step)
      const correction = biasCorrection(beta2At(step), step)
      const rectified = rectification(beta2At(step), step)
      return {
        plainSize: rectified === undefined ? size : 0,
        adaptiveSize: rectified === undefined ? 0 : size * rectified * Math.sqrt(correction),
        newMean: 1 - beta1At(step),
        newSquare: 1 - beta2At(step),
        epsilon: epsilonAt(step)
      }
    },
    state: ["mean", "square"],
    next: ({ value, gradient, state, scalars }) => {
      const mean = towards(state.mean, gradient, scalars.newMean)
      const square = towards(state.square, op.mul(gradient, gradient), scalars.newSquare)
      const adaptive = op.div(scalars.adaptiveSize, op.add(op.sqrt(square), scalars.epsilon))
      const moved = op.mul(mean, op.add(adaptive, scalars.plainSize))
      return { value: op.sub(value, moved), state: { mean, square } }
    }
  })
  return decayGradients("radam", options, rule)
}

/** What the adaptive rate is multiplied by; `undefined` while its variance is not known. */
const rectification = (beta2: number, step: number): number | undefined => {
  const correction = biasCorrection(beta2, step)
  const longest = 2 / (1 - beta2) - 1
  const length = longest - (2 * (step + 1) * (1 - correction)) / correction
  if (length <= 5) return undefined
  return Math.sqrt(((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length))
}
