import { op } from "@residual/core"
import { between, notNegative, positive } from "../setting/checkSettings.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { atLeastOne, type Setting, settingsOf } from "./setting.ts"

/** The settings of `rprop`. */
export interface RpropOptions {
  /** What an element's step is multiplied by where its gradient has changed its sign: 0.5 by default. */
  readonly shrink?: Setting
  /** What it is multiplied by where it has not: 1.2 by default. */
  readonly grow?: Setting
  /** The least that a step may be: 1e-6 by default. */
  readonly smallest?: Setting
  /** The most that a step may be: 50 by default. */
  readonly largest?: Setting
}

/**
 * Resilient backpropagation (Riedmiller and Braun 1993; without going back, Igel and Hüsken 2000), as PyTorch defines it:
 * each element has a step of its own, which grows while its gradient keeps its sign, and shrinks when that changes; the
 * element moves by the step, against the sign of the gradient, but not where the sign has just changed. It is for whole
 * batches: the sign must mean something. The rate of the first update is the first step of all elements, and no other rate
 * matters. Throws a `SettingError` for settings out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { rprop } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(rprop().init(parameters)) // => ["gradient", "size"]
 * ```
 */
export const rprop = (options: RpropOptions = {}): Optimiser => {
  const { shrink = 0.5, grow = 1.2, smallest = 1e-6, largest = 50 } = options
  const read = settingsOf("rprop")
  const shrinkAt = read("shrink", shrink, between(0, 1))
  const growAt = read("grow", grow, atLeastOne)
  const smallestAt = read("smallest", smallest, notNegative)
  const largestAt = read("largest", largest, positive)
  return eachParameter({
    scalars: ({ rate, step }) => ({
      shrink: shrinkAt(step),
      grow: growAt(step),
      smallest: smallestAt(step),
      largest: largestAt(step),
      // Sizes are 0 before the first step.
      firstSize: step === 0 ? rate : 0
    }),
    state: ["gradient", "size"],
    next: ({ value, gradient, state, scalars }) => {
      const kept = op.mul(op.sign(gradient), op.sign(state.gradient))
      const turned = op.less(kept, 0)
      const one = op.fill(1, value.type)
      const factor = op.where(turned, scalars.shrink, op.where(op.greater(kept, 0), scalars.grow, one))
      const grown = op.mul(op.add(state.size, scalars.firstSize), factor)
      const raised = op.maximum(grown, scalars.smallest)
      // Not `op.minimum`, which negates: the negated limit would be a number of its own for each rank of parameters.
      const size = op.where(op.greater(raised, scalars.largest), scalars.largest, raised)
      const seen = op.where(turned, 0, gradient)
      return { value: op.sub(value, op.mul(op.sign(seen), size)), state: { gradient: seen, size } }
    }
  })
}
