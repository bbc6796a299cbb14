import * as Schema from "effect/Schema"
import { atLeast, between, checkSettings, counting, positive } from "../setting/checkSettings.ts"

/**
 * How a loss is scaled so that small gradients do not vanish where values are kept in 16 bits (Micikevicius et al.
 * 2018): the scale is halved by a step whose gradients are not finite, which is not taken, and doubled after so many
 * steps that are.
 *
 * ```ts
 * import type { LossScaling } from "@residual/train"
 * const gentle: LossScaling = { initial: 1024, interval: 500 }
 * gentle.initial // => 1024
 * ```
 */
export interface LossScaling {
  /** The first scale: 65,536 by default. */
  readonly initial?: number
  /** What a step that is not taken multiplies the scale by: 0.5 by default. */
  readonly backoff?: number
  /** What the scale grows by: 2 by default. */
  readonly growth?: number
  /** After how many steps that are taken it grows: 2,000 by default. */
  readonly interval?: number
  /** Below which it does not fall, so that what is wrong is not the scale: 1 by default. */
  readonly least?: number
}

/**
 * A scale, and how many steps were taken with it: a part of a run's state, as checkpoints keep it.
 *
 * ```ts
 * import { LossScale } from "@residual/train"
 * import { Schema } from "effect"
 * Schema.decodeUnknownSync(LossScale)({ scale: 65_536, steps: 12 }) // => { scale: 65536, steps: 12 }
 * ```
 */
export const LossScale = Schema.Struct({ scale: Schema.Finite, steps: Schema.Int })

export type LossScale = typeof LossScale.Type

/** Beyond which a scale does not grow: near to what 32 bits hold. */
const greatest = 2 ** 120

/** Throws a `SettingError` for a setting that makes no sense. */
export const checkLossScaling = ({
  initial = 1,
  backoff = 0.5,
  growth = 2,
  interval = 1,
  least = 1
}: LossScaling): void =>
  checkSettings("lossScaling", {
    initial: [positive, initial],
    backoff: [between(Number.MIN_VALUE, 1), backoff],
    growth: [atLeast(1), growth],
    interval: [counting, interval],
    least: [positive, least]
  })

/** The scale that a run starts with. */
export const firstLossScale = ({ initial = 65_536 }: LossScaling): LossScale => ({ scale: initial, steps: 0 })

/** The scale after a step, which was taken or not. */
export const nextLossScale = (
  { backoff = 0.5, growth = 2, interval = 2000, least = 1 }: LossScaling,
  { scale, steps }: LossScale,
  taken: boolean
): LossScale => {
  if (!taken) return { scale: Math.min(scale, Math.max(least, scale * backoff)), steps: 0 }
  if (steps + 1 < interval) return { scale, steps: steps + 1 }
  return { scale: scale * growth <= greatest ? scale * growth : scale, steps: 0 }
}
