import { type AdamMomentOptions, adamMoments } from "./adamMoments.ts"
import type { DecayOptions } from "./decay.ts"
import { decayGradients } from "./decayed.ts"
import type { Optimiser } from "./optimiser.ts"

/** The settings of `adam`. `weightDecay` times the parameter is added to its gradient: 0 by default. */
export interface AdamOptions extends AdamMomentOptions, DecayOptions {}

/**
 * Adam (Kingma and Ba 2015): with `t` the number of updates, this one included, `g ← g + decay·p`,
 * `m ← β₁·m + (1−β₁)·g`, `v ← β₂·v + (1−β₂)·g²`, and `p ← p − rate·(m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε)`; with `amsgrad`,
 * the greatest `v` so far in the place of `v`. `adamW` keeps decay out of the means. A beta that changes from step to step
 * is corrected for as if it always had been what it is. Throws a `SettingError` for settings out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { adam } from "@residual/train"
 * const parameters = { "line.slope": input("slope", []) }
 * Object.keys(adam({ amsgrad: true }).init(parameters)) // => ["mean", "square", "greatest"]
 * ```
 */
export const adam = (options: AdamOptions = {}): Optimiser =>
  decayGradients("adam", options, adamMoments("adam", options))
