import { op } from "@residual/core"
import { notNegative } from "../setting/checkSettings.ts"
import { biasCorrection } from "./biasCorrection.ts"
import { type DecayOptions, pullOf } from "./decay.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { keptShare, type Setting, settingsOf } from "./setting.ts"
import { towards } from "./towards.ts"

/**
 * The settings of `adamW`. `weightDecay` is the share of itself that a parameter loses for a rate of 1: 0.01 by default.
 */
export interface AdamWOptions extends DecayOptions {
  /** How much of the gradient's mean is kept: 0.9 by default. */
  readonly beta1?: Setting
  /** How much of the squared gradient's mean is kept: 0.999 by default. */
  readonly beta2?: Setting
  /** Added to the denominator: 1e-8 by default. */
  readonly epsilon?: Setting
}

/**
 * Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019): with `t` the number of updates, this
 * one included, `m ← β₁·m + (1−β₁)·g`, `v ← β₂·v + (1−β₂)·g²`, and
 * `p ← p·(1 − rate·decay) − rate·(m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε)`. Throws a `SettingError` for settings out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { adamW } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(adamW().init(parameters)) // => ["mean", "square"]
 * ```
 */
export const adamW = (options: AdamWOptions = {}): Optimiser => {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options
  const read = settingsOf("adamW")
  const beta1At = read("beta1", beta1, keptShare)
  const beta2At = read("beta2", beta2, keptShare)
  const epsilonAt = read("epsilon", epsilon, notNegative)
  const decayAt = read("weightDecay", weightDecay, notNegative)
  const pull = pullOf(options)
  return eachParameter({
    scalars: ({ rate, step }) => {
      // With c the root of the square's correction, m / (√v / c + ε) is c·m / (√v + c·ε).
      const root = Math.sqrt(biasCorrection(beta2At(step), step))
      return {
        size: (rate * root) / biasCorrection(beta1At(step), step),
        newMean: 1 - beta1At(step),
        newSquare: 1 - beta2At(step),
        epsilon: epsilonAt(step) * root,
        decay: pull.scalar(rate * decayAt(step))
      }
    },
    state: ["mean", "square"],
    next: (turn) => {
      const { value, gradient, state, scalars } = turn
      const mean = towards(state.mean, gradient, scalars.newMean)
      const square = towards(state.square, op.mul(gradient, gradient), scalars.newSquare)
      const moved = op.div(op.mul(mean, scalars.size), op.add(op.sqrt(square), scalars.epsilon))
      const kept = weightDecay === 0 ? value : op.sub(value, pull.of(turn, scalars.decay))
      return { value: op.sub(kept, moved), state: { mean, square } }
    }
  })
}
