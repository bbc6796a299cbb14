import type { ClassificationOptions } from "./eachPrediction.ts"
import type { Metric } from "./metric.ts"
import { shareWithin } from "./topKAccuracy.ts"
import type { WeightedMean } from "./weightedMean.ts"

/**
 * The share of rows whose class is the one of the greatest logit, the first of equal ones; a row with logits that are NaN
 * is wrong. It is 0 for no rows.
 *
 * Shape: logits `[..., classes]`, or `[...]` or `[..., 1]`, the logits of class 1 of two; targets `i32[...]`. Adding a
 * batch throws a `MetricError` for a target that is no class.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { accuracy } from "@residual/train"
 * const { initial, add, value } = accuracy()
 * const logits = Tensor.make([[0, 2], [3, 1], [1, 0]])
 * const batch = { targets: Tensor.make([1, 1, 0], { dtype: "i32" }), weights: Tensor.make([1, 1, 0]) }
 * value(add(initial, { outputs: { logits }, batch })) // => 0.5
 * ```
 */
export const accuracy = (options: ClassificationOptions = {}): Metric<WeightedMean, number> =>
  shareWithin(options.name ?? "accuracy", 1, options)
