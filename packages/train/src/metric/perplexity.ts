import { Tensor } from "@residual/backends"
import { weightOf } from "../data/batch.ts"
import { type ClassificationOptions, eachPrediction, type Prediction } from "./eachPrediction.ts"
import type { Metric } from "./metric.ts"
import { type WeightedMean, weightedMean } from "./weightedMean.ts"
import { named } from "./weightedValues.ts"

/** Where `perplexity` finds what it measures. */
export interface PerplexityOptions extends ClassificationOptions {
  /**
   * The output that holds each batch's mean cross entropy, in place of logits. It counts for the sum of the batch's
   * weights.
   */
  readonly loss?: string
}

/**
 * The exponential of the mean cross entropy of softmax(logits) with the targets: among how many classes of equal
 * probability each row is a guess. It is 1 for no rows.
 *
 * Shape: as for `accuracy`; or a scalar loss. Adding a batch throws a `MetricError` for a target that is no class.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { perplexity } from "@residual/train"
 * const { initial, add, value } = perplexity({ loss: "loss" })
 * const batch = { targets: Tensor.make([3], { dtype: "i32" }) }
 * value(add(initial, { outputs: { loss: Tensor.make(0) }, batch })) // => 1
 * ```
 */
export const perplexity = (options: PerplexityOptions = {}): Metric<WeightedMean, number> => {
  const { name = "perplexity", loss } = options
  if (loss === undefined) {
    return weightedMean(
      name,
      (result, visit) =>
        eachPrediction(name, result, options, (prediction) => visit(crossEntropy(prediction), prediction.weight)),
      Math.exp
    )
  }
  return weightedMean(
    name,
    ({ outputs, batch }, visit) => visit(Tensor.toNumber(named(name, "output", outputs, loss)), weightOf(batch)),
    Math.exp
  )
}

/** log Σ exp(x) − x[target]. */
const crossEntropy = ({ logits, from, classes, target }: Prediction): number => {
  let most = Number.NEGATIVE_INFINITY
  for (let at = 0; at < classes; at++) most = Math.max(most, logits[from + at] as number)
  let sum = 0
  for (let at = 0; at < classes; at++) sum += Math.exp((logits[from + at] as number) - most)
  return Math.log(sum) + most - (logits[from + target] as number)
}
