import { op } from "@residual/core"
import { notNegative } from "../setting/checkSettings.ts"
import { type DecayOptions, pullOf } from "./decay.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { keptShare, type Setting, settingsOf } from "./setting.ts"

/** The settings of `sgd`, each 0 or absent by default. `weightDecay` times the parameter is added to its gradient. */
export interface SgdOptions extends DecayOptions {
  /** From 0 up to, but not including, 1. */
  readonly momentum?: Setting
  /** Whether the step looks ahead along the momentum (Nesterov 1983, in the form of Sutskever et al. 2013). */
  readonly nesterov?: boolean
}

/**
 * Stochastic gradient descent with momentum, as PyTorch defines it: `g ← g + decay·p`, `m ← momentum·m + g`,
 * `p ← p − rate·m`, or `p − rate·(g + momentum·m)` with Nesterov's look ahead. Without momentum it keeps no state. Throws a
 * `SettingError` for settings out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { sgd } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(sgd({ momentum: 0.9 }).init(parameters)) // => ["momentum"]
 * ```
 */
export const sgd = (options: SgdOptions = {}): Optimiser => {
  const { momentum = 0, nesterov = false, weightDecay = 0 } = options
  const read = settingsOf("sgd")
  const momentumAt = read("momentum", momentum, keptShare)
  const decayAt = read("weightDecay", weightDecay, notNegative)
  const pull = pullOf(options)
  return eachParameter({
    scalars: ({ rate, step }) => ({ rate, momentum: momentumAt(step), decay: pull.scalar(decayAt(step)) }),
    state: momentum === 0 ? [] : ["momentum"],
    next: (turn) => {
      const { value, state, scalars } = turn
      const gradient = weightDecay === 0 ? turn.gradient : op.add(turn.gradient, pull.of(turn, scalars.decay))
      if (momentum === 0) return { value: op.sub(value, op.mul(gradient, scalars.rate)), state }
      const next = op.add(op.mul(state.momentum, scalars.momentum), gradient)
      const direction = nesterov ? op.add(gradient, op.mul(next, scalars.momentum)) : next
      return { value: op.sub(value, op.mul(direction, scalars.rate)), state: { momentum: next } }
    }
  })
}
