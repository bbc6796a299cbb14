import { type AdamMomentOptions, adamMoments } from "./adamMoments.ts"
import type { DecayOptions } from "./decay.ts"
import { decayParameters } from "./decayed.ts"
import type { Optimiser } from "./optimiser.ts"

/**
 * The settings of `adamW`. `weightDecay` is the share of itself that a parameter loses for a rate of 1: 0.01 by default.
 */
export interface AdamWOptions extends AdamMomentOptions, DecayOptions {}

/**
 * Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019): with `t` the number of updates, this
 * one included, `m ← β₁·m + (1−β₁)·g`, `v ← β₂·v + (1−β₂)·g²`, and
 * `p ← p·(1 − rate·decay) − rate·(m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε)`. Throws a `SettingError` for settings out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { adamW } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(adamW().init(parameters)) // => ["mean", "square"]
 * ```
 */
export const adamW = (options: AdamWOptions = {}): Optimiser =>
  decayParameters("adamW", { weightDecay: 0.01, ...options }, adamMoments("adamW", options))
