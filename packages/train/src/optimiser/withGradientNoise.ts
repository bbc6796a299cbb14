import { type AnyExpr, HostRandom, op } from "@residual/core"
import { notNegative } from "../setting/checkSettings.ts"
import { SettingError } from "../setting/settingError.ts"
import { addedScalar } from "./added.ts"
import type { Optimiser } from "./optimiser.ts"
import { type Setting, settingsOf } from "./setting.ts"

/** The settings of `withGradientNoise`. */
export interface GradientNoiseOptions {
  /** The variance at the first step: 0.01 by default. */
  readonly eta?: Setting
  /** The power with which it falls: 0.55 by default. */
  readonly gamma?: Setting
}

/**
 * An optimiser that sees normal noise added to each gradient, of variance `η / (1 + t)^γ` after `t` updates (Neelakantan et
 * al. 2015). The noise derives from the key of the step and the path of the parameter, so that a run that is repeated has
 * the same. Throws a `SettingError` for settings out of range, and in `update` where the step has no key.
 *
 * ```ts
 * import { sgd, withGradientNoise } from "@residual/train"
 * const optimiser = withGradientNoise(sgd(), { eta: 0.04, gamma: 1 })
 * optimiser.scalars({ rate: 0.1, step: 3 })["noise"] // => 0.1
 * ```
 */
export const withGradientNoise = (optimiser: Optimiser, options: GradientNoiseOptions = {}): Optimiser => {
  const { eta = 0.01, gamma = 0.55 } = options
  const owner = "withGradientNoise"
  const read = settingsOf(owner)
  const etaAt = read("eta", eta, notNegative)
  const gammaAt = read("gamma", gamma, notNegative)
  const name = "noise"
  return {
    scalars: addedScalar(owner, optimiser, name, ({ step }) => Math.sqrt(etaAt(step) / (1 + step) ** gammaAt(step))),
    init: optimiser.init,
    update: (gradients, state, parameters, at) => {
      const { key, scalars } = at
      if (key === undefined) {
        throw new SettingError({ owner, setting: "key", given: undefined, expected: "a step with a key, u32[2]" })
      }
      const noisy = Object.entries(gradients).map(([path, gradient]) => {
        const { dtype, shape } = gradient.type
        const own = op.foldIn(key, HostRandom.hashPath(`${name}/${path}`))
        const noise = op.normal(own, shape, { dtype: dtype === "f64" ? "f64" : "f32" })
        return [path, op.add(gradient, op.mul(noise, op.cast(scalars[name] as AnyExpr, dtype)))] as const
      })
      return optimiser.update(Object.fromEntries(noisy), state, parameters, at)
    }
  }
}
