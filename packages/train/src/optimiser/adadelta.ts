import { type AnyExpr, op } from "@residual/core"
import type { DecayOptions } from "./decay.ts"
import { decayGradients } from "./decayed.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { addend, keptShare, type Setting, settingsOf } from "./setting.ts"
import { towards } from "./towards.ts"

/** The settings of `adadelta`. `weightDecay` times the parameter is added to its gradient: 0 by default. */
export interface AdadeltaOptions extends DecayOptions {
  /** How much of both mean squares is kept: 0.9 by default. */
  readonly rho?: Setting
  /** Added to the mean squares, at least 1e-30: 1e-6 by default. */
  readonly epsilon?: Setting
}

/**
 * Adadelta (Zeiler 2012), as PyTorch defines it: `v ← ρ·v + (1−ρ)·g²`, `d = g·√(u + ε) / √(v + ε)`,
 * `u ← ρ·u + (1−ρ)·d²`, `p ← p − rate·d`. The paper's rate is 1. Throws a `SettingError` for settings out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { adadelta } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(adadelta().init(parameters)) // => ["square", "move"]
 * ```
 */
export const adadelta = (options: AdadeltaOptions = {}): Optimiser => {
  const { rho = 0.9, epsilon = 1e-6 } = options
  const read = settingsOf("adadelta")
  const rhoAt = read("rho", rho, keptShare)
  const epsilonAt = read("epsilon", epsilon, addend)
  const rule = eachParameter({
    scalars: ({ rate, step }) => ({ rate, newSquare: 1 - rhoAt(step), epsilon: epsilonAt(step) }),
    state: ["square", "move"],
    next: ({ value, gradient, state, scalars }) => {
      const root = (square: AnyExpr): AnyExpr => op.sqrt(op.add(square, scalars.epsilon))
      const square = towards(state.square, op.mul(gradient, gradient), scalars.newSquare)
      const moved = op.mul(op.div(root(state.move), root(square)), gradient)
      const move = towards(state.move, op.mul(moved, moved), scalars.newSquare)
      return { value: op.sub(value, op.mul(moved, scalars.rate)), state: { square, move } }
    }
  })
  return decayGradients("adadelta", options, rule)
}
