import { type AnyExpr, op } from "@residual/core"
import { notNegative } from "../setting/checkSettings.ts"
import { type MomentOptions, momentsOf } from "./adamMoments.ts"
import { biasCorrection } from "./biasCorrection.ts"
import { type DecayOptions, pullOf } from "./decay.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { settingsOf } from "./setting.ts"
import { towards } from "./towards.ts"

/**
 * The settings of `lamb`; `epsilon` is 1e-6 by default. `weightDecay` times the parameter is added to its direction: 0.01 by
 * default.
 */
export interface LambOptions extends MomentOptions, DecayOptions {}

/**
 * LAMB, for large batches (You et al. 2020): with `m` and `v` as in `adam`,
 * `d = (m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε) + decay·p`, and `p ← p − rate·(‖p‖ / ‖d‖)·d`, with a ratio of 1 where one of
 * the norms is 0. The norms are those of each parameter as a whole. Throws a `SettingError` for settings out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { lamb } from "@residual/train"
 * const parameters = { "line.weight": input("weight", [2, 3]) }
 * Object.keys(lamb().init(parameters)) // => ["mean", "square"]
 * ```
 */
export const lamb = (options: LambOptions = {}): Optimiser => {
  const { epsilon = 1e-6, weightDecay = 0.01 } = options
  const { beta1At, beta2At, epsilonAt } = momentsOf("lamb", { ...options, epsilon })
  const decayAt = settingsOf("lamb")("weightDecay", weightDecay, notNegative)
  const pull = pullOf(options)
  return eachParameter({
    scalars: ({ rate, step }) => {
      const root = Math.sqrt(biasCorrection(beta2At(step), step))
      return {
        rate,
        corrected: root / biasCorrection(beta1At(step), step),
        newMean: 1 - beta1At(step),
        newSquare: 1 - beta2At(step),
        epsilon: epsilonAt(step) * root,
        decay: pull.scalar(decayAt(step))
      }
    },
    state: ["mean", "square"],
    next: (turn) => {
      const { value, gradient, state, scalars } = turn
      const mean = towards(state.mean, gradient, scalars.newMean)
      const square = towards(state.square, op.mul(gradient, gradient), scalars.newSquare)
      const adapted = op.div(op.mul(mean, scalars.corrected), op.add(op.sqrt(square), scalars.epsilon))
      const direction = weightDecay === 0 ? adapted : op.add(adapted, pull.of(turn, scalars.decay))
      const [length, moved] = [norm(value), norm(direction)]
      const ratio = op.where(op.greater(op.minimum(length, moved), 0), op.div(length, moved), op.fill(1, length.type))
      return {
        value: op.sub(value, op.mul(direction, op.mul(ratio, scalars.rate))),
        state: { mean, square }
      }
    }
  })
}

const norm = (x: AnyExpr): AnyExpr => op.sqrt(op.sum(op.mul(x, x)))
