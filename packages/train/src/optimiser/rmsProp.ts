import { op } from "@residual/core"
import type { DecayOptions } from "./decay.ts"
import { decayGradients } from "./decayed.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { addend, keptShare, type Setting, settingsOf } from "./setting.ts"
import { towards } from "./towards.ts"

/** The settings of `rmsProp`. `weightDecay` times the parameter is added to its gradient: 0 by default. */
export interface RmsPropOptions extends DecayOptions {
  /** How much of the squared gradient's mean is kept: 0.99 by default. */
  readonly beta?: Setting
  /** Added to the denominator, at least 1e-30: 1e-8 by default. */
  readonly epsilon?: Setting
  /** How much of the sum of moves is kept, from 0 up to, but not including, 1: 0 by default. */
  readonly momentum?: Setting
  /** Whether the denominator is the gradient's deviation (Graves 2013), and not its root mean square: no by default. */
  readonly centred?: boolean
}

/**
 * RMSProp (Tieleman and Hinton 2012), as PyTorch defines it: `v ← β·v + (1−β)·g²`, `d = g / (√v + ε)`,
 * `m ← momentum·m + d`, `p ← p − rate·m`; centred, `v − n²` in the place of `v`, with `n ← β·n + (1−β)·g`. Throws a
 * `SettingError` for settings out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { rmsProp } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(rmsProp({ centred: true, momentum: 0.9 }).init(parameters)) // => ["square", "mean", "momentum"]
 * ```
 */
export const rmsProp = (options: RmsPropOptions = {}): Optimiser => {
  const { beta = 0.99, epsilon = 1e-8, momentum = 0, centred = false } = options
  const read = settingsOf("rmsProp")
  const betaAt = read("beta", beta, keptShare)
  const epsilonAt = read("epsilon", epsilon, addend)
  const momentumAt = read("momentum", momentum, keptShare)
  const rule = eachParameter({
    scalars: ({ rate, step }) => ({
      rate,
      newSquare: 1 - betaAt(step),
      epsilon: epsilonAt(step),
      momentum: momentumAt(step)
    }),
    state: ["square", ...(centred ? (["mean"] as const) : []), ...(momentum === 0 ? [] : (["momentum"] as const))],
    next: ({ value, gradient, state, scalars }) => {
      const square = towards(state.square, op.mul(gradient, gradient), scalars.newSquare)
      const mean = centred ? towards(state.mean, gradient, scalars.newSquare) : gradient
      // Rounding may leave a variance below 0 where gradients hardly change.
      const variance = centred ? op.maximum(op.sub(square, op.mul(mean, mean)), 0) : square
      const scaled = op.div(gradient, op.add(op.sqrt(variance), scalars.epsilon))
      const next = momentum === 0 ? scaled : op.add(op.mul(state.momentum, scalars.momentum), scaled)
      return { value: op.sub(value, op.mul(next, scalars.rate)), state: { square, mean, momentum: next } }
    }
  })
  return decayGradients("rmsProp", options, rule)
}
