import { op } from "@residual/core"
import { notNegative } from "../setting/checkSettings.ts"
import { type MomentOptions, momentsOf } from "./adamMoments.ts"
import { biasCorrection } from "./biasCorrection.ts"
import type { DecayOptions } from "./decay.ts"
import { decayGradients } from "./decayed.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { type Setting, type SettingAt, settingsOf } from "./setting.ts"
import { towards } from "./towards.ts"

/** The settings of `nadam`. `weightDecay` times the parameter is added to its gradient: 0 by default. */
export interface NadamOptions extends MomentOptions, DecayOptions {
  /** How fast momentum rises from half of `beta1` to all of it: 4e-3 by default. */
  readonly momentumDecay?: Setting
  /**
   * How often the product up to the next step holds the momentum of this one: `twice`, by default, as in PyTorch 1, with
   * whose runs it agrees; `once`, as in the paper, and in PyTorch since 2.0. After some hundred steps there is no difference.
   */
  readonly product?: "once" | "twice"
}

/**
 * Adam with Nesterov's momentum (Dozat 2016), as PyTorch defines it: `m` and `v` as in `adam`, and with
 * `μₜ = β₁·(1 − 0.96^(t·ψ) / 2)`, ψ the momentum decay, and `Πₜ` the product of `μ` up to `t`,
 * `p ← p − rate·(g·(1−μₜ)/(1−Πₜ) + m·μₜ₊₁/(1−Πₜ·μₜ·μₜ₊₁)) / (√(v / (1−β₂ᵗ)) + ε)`, without the second `μₜ` where `product`
 * is `once`. Throws a `SettingError` for settings out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { nadam } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(nadam().init(parameters)) // => ["mean", "square"]
 * ```
 */
export const nadam = (options: NadamOptions = {}): Optimiser => {
  const { momentumDecay = 4e-3, product: held = "twice" } = options
  const { beta1At, beta2At, epsilonAt } = momentsOf("nadam", options)
  const decayAt = settingsOf("nadam")("momentumDecay", momentumDecay, notNegative)
  const momentumAt: SettingAt = (step) => beta1At(step) * (1 - 0.5 * 0.96 ** ((step + 1) * decayAt(step)))
  const productTo = products(momentumAt)
  const rule = eachParameter({
    scalars: ({ rate, step }) => {
      const root = Math.sqrt(biasCorrection(beta2At(step), step))
      const product = productTo(step)
      const [momentum, next] = [momentumAt(step), momentumAt(step + 1)]
      const nextProduct = product * next * (held === "twice" ? momentum : 1)
      return {
        gradientSize: (rate * root * (1 - momentum)) / (1 - product),
        meanSize: (rate * root * next) / (1 - nextProduct),
        newMean: 1 - beta1At(step),
        newSquare: 1 - beta2At(step),
        epsilon: epsilonAt(step) * root
      }
    },
    state: ["mean", "square"],
    next: ({ value, gradient, state, scalars }) => {
      const mean = towards(state.mean, gradient, scalars.newMean)
      const square = towards(state.square, op.mul(gradient, gradient), scalars.newSquare)
      const ahead = op.add(op.mul(gradient, scalars.gradientSize), op.mul(mean, scalars.meanSize))
      const moved = op.div(ahead, op.add(op.sqrt(square), scalars.epsilon))
      return { value: op.sub(value, moved), state: { mean, square } }
    }
  })
  return decayGradients("nadam", options, rule)
}

/**
 * The product of the momenta of all steps up to one. It is 0 from where the rest of the product can no longer be told from
 * it beside 1, after some 180 steps for a momentum of 0.9. The last product is kept, since the next step goes on from it:
 * it is the same, to the bit, as from the first step on, and a step late in a run takes no longer than an early one.
 */
const products = (momentumAt: SettingAt): ((last: number) => number) => {
  const first = { steps: 0, product: 1 }
  let kept = first
  return (last) => {
    let { steps, product } = kept.steps <= last + 1 ? kept : first
    for (; steps <= last && product > 0; steps++) {
      product *= momentumAt(steps)
      if (product < Number.EPSILON / 4) product = 0
    }
    kept = { steps, product }
    return product
  }
}
