import { op } from "@residual/core"
import { between } from "../setting/checkSettings.ts"
import { SettingError } from "../setting/settingError.ts"
import type { DecayOptions } from "./decay.ts"
import { decayGradients } from "./decayed.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { keptShare, type Setting, settingsOf } from "./setting.ts"

/** The settings of `sgd`, each 0 or absent by default. `weightDecay` times the parameter is added to its gradient. */
export interface SgdOptions extends DecayOptions {
  /** How much of the sum of gradients is kept: from 0 up to, but not including, 1. */
  readonly momentum?: Setting
  /** The share of each gradient, but the first, that does not reach the momentum: from 0 to 1. */
  readonly dampening?: Setting
  /** Whether the step looks ahead along the momentum (Nesterov 1983, in the form of Sutskever et al. 2013). */
  readonly nesterov?: boolean
}

/**
 * Stochastic gradient descent with momentum (Polyak 1964), as PyTorch defines it: `g ← g + decay·p`,
 * `m ← momentum·m + (1 − dampening)·g`, `p ← p − rate·m`, or `p − rate·(g + momentum·m)` with Nesterov's look ahead. The
 * first `m` is `g`. Without momentum it keeps no state.
 *
 * Throws a `SettingError` for settings out of range, and for a look ahead without momentum or with dampening.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { sgd } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(sgd({ momentum: 0.9 }).init(parameters)) // => ["momentum"]
 * ```
 */
export const sgd = (options: SgdOptions = {}): Optimiser => {
  const { momentum = 0, dampening = 0, nesterov = false } = options
  const read = settingsOf("sgd")
  const momentumAt = read("momentum", momentum, keptShare)
  const dampeningAt = read("dampening", dampening, between(0, 1))
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    const expected = "false, or a momentum above 0 and no dampening"
    throw new SettingError({ owner: "sgd", setting: "nesterov", given: true, expected })
  }
  const rule = eachParameter({
    scalars: ({ rate, step }) => ({
      rate,
      momentum: momentumAt(step),
      added: step === 0 ? 1 : 1 - dampeningAt(step)
    }),
    state: momentum === 0 ? [] : ["momentum"],
    next: ({ value, gradient, state, scalars }) => {
      if (momentum === 0) return { value: op.sub(value, op.mul(gradient, scalars.rate)), state }
      const added = dampening === 0 ? gradient : op.mul(gradient, scalars.added)
      const next = op.add(op.mul(state.momentum, scalars.momentum), added)
      const direction = nesterov ? op.add(gradient, op.mul(next, scalars.momentum)) : next
      return { value: op.sub(value, op.mul(direction, scalars.rate)), state: { momentum: next } }
    }
  })
  return decayGradients("sgd", options, rule)
}
