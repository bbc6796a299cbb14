import { type AnyExpr, op } from "@residual/core"
import { type Decays, decayOf } from "./decay.ts"
import { eachParameter, zeros } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"

/** The settings of `adamW`. */
export interface AdamWOptions {
  /** How much of the gradient's mean is kept: 0.9 by default. */
  readonly beta1?: number
  /** How much of the squared gradient's mean is kept: 0.999 by default. */
  readonly beta2?: number
  /** Added to the denominator: 1e-8 by default. */
  readonly epsilon?: number
  /** The share of itself that a parameter loses for a rate of 1: 0.01 by default. */
  readonly weightDecay?: number
  /** Which parameters decay: all by default; `matricesOnly` is what language models use. */
  readonly decays?: Decays
}

/**
 * Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019): with `t` the number of updates, this
 * one included, `m ← β₁·m + (1−β₁)·g`, `v ← β₂·v + (1−β₂)·g²`, and
 * `p ← p·(1 − rate·decay) − rate·(m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε)`.
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
  return {
    init: (parameters) => zeros(["mean", "square"], parameters),
    update: (gradients, state, parameters, at) =>
      eachParameter(gradients, state, parameters, ({ path, value, gradient, state }) => {
        const { dtype } = value.type
        const rate = op.cast(at.rate, dtype)
        const count = op.add(op.cast(at.step, dtype), 1)
        // 1 − βᵗ as −expm1(t·log β), which loses no digits while βᵗ is near 1.
        const correction = (beta: number): AnyExpr => op.neg(op.expm1(op.mul(count, Math.log(beta))))
        const mean = op.add(op.mul(state["mean"] as AnyExpr, beta1), op.mul(gradient, 1 - beta1))
        const square = op.add(op.mul(state["square"] as AnyExpr, beta2), op.mul(op.mul(gradient, gradient), 1 - beta2))
        const stepSize = op.div(rate, correction(beta1))
        const deviation = op.add(op.div(op.sqrt(square), op.sqrt(correction(beta2))), epsilon)
        // Every parameter goes through the same ops, those without decay too, so that all of them are one region.
        const decay = decayOf({ ...options, weightDecay }, path, value.type)
        const kept = op.mul(value, op.sub(op.fill(1, rate.type), op.mul(rate, decay)))
        return { value: op.sub(kept, op.mul(op.div(mean, deviation), stepSize)), state: { mean, square } }
      })
  }
}
