import type { ByPath, Optimiser } from "./optimiser.ts"

/**
 * An optimiser that is given what a function makes of the gradients, such as a clipping.
 *
 * ```ts
 * import { adamW, clipByValue, withGradients } from "@residual/train"
 * const optimiser = withGradients(adamW(), (gradients) => clipByValue(gradients, 0.5))
 * Object.keys(optimiser.init({})) // => ["mean", "square"]
 * ```
 */
export const withGradients = (optimiser: Optimiser, change: (gradients: ByPath) => ByPath): Optimiser => ({
  ...optimiser,
  update: (gradients, state, parameters, at) => optimiser.update(change(gradients), state, parameters, at)
})
