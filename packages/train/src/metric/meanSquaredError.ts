import { eachError, type RegressionOptions } from "./eachError.ts"
import type { Metric } from "./metric.ts"
import { type WeightedMean, weightedMean } from "./weightedMean.ts"

/**
 * The mean of the squares of what predictions are off by; 0 for no rows. Shape: predictions and targets `[rows, ...]`, of
 * one shape but for axes of length 1. Adding a batch throws a `MetricError` for other shapes.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { meanSquaredError } from "@residual/train"
 * const { initial, add, value } = meanSquaredError()
 * const result = { outputs: { predictions: Tensor.make([[1], [5]]) }, batch: { targets: Tensor.make([1, 2]) } }
 * value(add(initial, result)) // => 4.5
 * ```
 */
export const meanSquaredError = (options: RegressionOptions = {}): Metric<WeightedMean, number> => {
  const { name = "meanSquaredError" } = options
  return weightedMean(
    name,
    (result, visit) =>
      eachError(name, result, options, ({ prediction, target, weight }) => visit((prediction - target) ** 2, weight)),
    (mean) => mean
  )
}
