import { type AnyExpr, op } from "@residual/core"
import { checkSettings, counting } from "../setting/checkSettings.ts"
import { addedCopy, addedScalar, withoutName } from "./added.ts"
import type { ByPath, Optimiser } from "./optimiser.ts"
import { newShare, type Setting, settingsOf } from "./setting.ts"
import { towards } from "./towards.ts"

/** The settings of `lookahead`. */
export interface LookaheadOptions {
  /** How many updates the optimiser makes before it is pulled back: 5 by default. */
  readonly every?: number
  /** How far the slow parameters follow, above 0 up to 1: 0.5 by default. */
  readonly share?: Setting
}

/**
 * An optimiser whose parameters go ahead and are pulled back (Zhang et al. 2019): slow parameters, kept in the state as
 * `slow`, start as the first ones; after every so many updates they move by a share of their distance to the parameters,
 * which then become the slow ones. What the optimiser keeps goes on. Throws a `SettingError` for settings out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { adamW, lookahead } from "@residual/train"
 * const optimiser = lookahead(adamW(), { every: 6 })
 * Object.keys(optimiser.init({ weight: input("weight", [2, 3]) })) // => ["mean", "square", "slow"]
 * ```
 */
export const lookahead = (optimiser: Optimiser, options: LookaheadOptions = {}): Optimiser => {
  const { every = 5, share = 0.5 } = options
  const owner = "lookahead"
  checkSettings(owner, { every: [counting, every] })
  const shareAt = settingsOf(owner)("share", share, newShare)
  const name = "slow"
  return {
    scalars: addedScalar(owner, optimiser, name, ({ step }) => ((step + 1) % every === 0 ? shareAt(step) : 0)),
    init: addedCopy(owner, optimiser, name),
    update: (gradients, state, parameters, at) => {
      const next = optimiser.update(gradients, withoutName(state, name), parameters, at)
      const scalar = at.scalars[name] as AnyExpr
      const isPulled = op.greater(scalar, 0)
      const moved = Object.entries(next.parameters).map(([path, fast]): readonly [string, AnyExpr, AnyExpr] => {
        if (gradients[path] === undefined) return [path, fast, state[name]?.[path] as AnyExpr]
        const slow = towards(state[name]?.[path] as AnyExpr, fast, op.cast(scalar, fast.type.dtype))
        return [path, op.where(isPulled, slow, fast), slow]
      })
      const slows: ByPath = Object.fromEntries(moved.map(([path, , slow]) => [path, slow]))
      return {
        parameters: Object.fromEntries(moved.map(([path, value]) => [path, value])),
        state: { ...next.state, [name]: slows }
      }
    }
  }
}
