import { type AnyExpr, op } from "@residual/core"
import { type Decays, decayOf } from "./decay.ts"
import { eachParameter, zeros } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"

/** The settings of `sgd`, each 0 or absent by default. */
export interface SgdOptions {
  /** From 0 up to, but not including, 1. */
  readonly momentum?: number
  /** Whether the step looks ahead along the momentum (Nesterov 1983, in the form of Sutskever et al. 2013). */
  readonly nesterov?: boolean
  /** Added to the gradient as a multiple of the parameter. */
  readonly weightDecay?: number
  /** Which parameters decay: all by default. */
  readonly decays?: Decays
}

/**
 * Stochastic gradient descent with momentum, as PyTorch defines it: `g ← g + decay·p`, `m ← momentum·m + g`,
 * `p ← p − rate·m`, or `p − rate·(g + momentum·m)` with Nesterov's look ahead. Without momentum it keeps no state.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { sgd } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(sgd({ momentum: 0.9 }).init(parameters)) // => ["momentum"]
 * ```
 */
export const sgd = (options: SgdOptions = {}): Optimiser => {
  const momentum = options.momentum ?? 0
  return {
    init: (parameters) => zeros(momentum === 0 ? [] : ["momentum"], parameters),
    update: (gradients, state, parameters, { rate }) =>
      eachParameter(gradients, state, parameters, ({ path, value, gradient, state }) => {
        const decay = decayOf(options, path, value.type)
        const decayed = decay === 0 ? gradient : op.add(gradient, op.mul(value, decay))
        const by = op.cast(rate, value.type.dtype)
        if (momentum === 0) return { value: op.sub(value, op.mul(decayed, by)), state }
        const next = op.add(op.mul(state["momentum"] as AnyExpr, momentum), decayed)
        const direction = options.nesterov === true ? op.add(decayed, op.mul(next, momentum)) : next
        return { value: op.sub(value, op.mul(direction, by)), state: { momentum: next } }
      })
  }
}
