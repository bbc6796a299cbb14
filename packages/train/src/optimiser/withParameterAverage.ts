import type { Tensor } from "@residual/backends"
import { type AnyExpr, op } from "@residual/core"
import { optimiserSlot } from "../step/slotNames.ts"
import { addedCopy, addedScalar, withoutName } from "./added.ts"
import type { Optimiser } from "./optimiser.ts"
import { keptShare, type Setting, settingsOf } from "./setting.ts"
import { towards } from "./towards.ts"

/** The settings of `withParameterAverage`. */
export interface ParameterAverageOptions {
  /** How much of the average is kept at each step: 0.999 by default. */
  readonly decay?: Setting
  /** What the average is called in the optimiser's state: `average` by default. */
  readonly name?: string
}

/**
 * An optimiser that keeps an exponential moving average of the parameters beside them (Polyak and Juditsky 1992; Tarvainen
 * and Valpola 2017): it starts as the first parameters, and `average ← decay·average + (1−decay)·p` after each update. The
 * average does not change how parameters move. It is the optimiser's state `average`, in the Store
 * `optimiser/average/<path>`; `averagedParameters` reads it, for an evaluation. Throws a `SettingError` for a decay out of
 * range, and for a name that the optimiser within has taken.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { sgd, withParameterAverage } from "@residual/train"
 * const optimiser = withParameterAverage(sgd({ momentum: 0.9 }), { decay: (step) => Math.min(0.999, (1 + step) / (10 + step)) })
 * Object.keys(optimiser.init({ weight: input("weight", [2, 3]) })) // => ["momentum", "average"]
 * ```
 */
export const withParameterAverage = (optimiser: Optimiser, options: ParameterAverageOptions = {}): Optimiser => {
  const { decay = 0.999, name = defaultName } = options
  const owner = "withParameterAverage"
  const decayAt = settingsOf(owner)("decay", decay, keptShare)
  return {
    scalars: addedScalar(owner, optimiser, name, ({ step }) => 1 - decayAt(step)),
    init: addedCopy(owner, optimiser, name),
    update: (gradients, state, parameters, at) => {
      const next = optimiser.update(gradients, withoutName(state, name), parameters, at)
      const averages = Object.entries(state[name] ?? {}).map(([path, average]) => {
        const share = op.cast(at.scalars[name] as AnyExpr, average.type.dtype)
        return [path, towards(average, next.parameters[path] as AnyExpr, share)] as const
      })
      return { parameters: next.parameters, state: { ...next.state, [name]: Object.fromEntries(averages) } }
    }
  }
}

/**
 * The averages of the parameters among tensors by slot: those of a Store's snapshot, or of a checkpoint. They are by path,
 * as a model's parameters are.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { averagedParameters } from "@residual/train"
 * const slots = { slope: Tensor.make(3), "optimiser/average/slope": Tensor.make(2) }
 * const averages = averagedParameters(slots)
 * Object.entries(averages).map(([path, average]) => [path, Tensor.toNumber(average)]) // => [["slope", 2]]
 * ```
 */
export const averagedParameters = (
  slots: Readonly<Record<string, Tensor.Tensor>>,
  name: string = defaultName
): Readonly<Record<string, Tensor.Tensor>> => {
  const prefix = optimiserSlot(name, "")
  return Object.fromEntries(
    Object.entries(slots).flatMap(([slot, tensor]) =>
      slot.startsWith(prefix) ? [[slot.slice(prefix.length), tensor] as const] : []
    )
  )
}

const defaultName = "average"
