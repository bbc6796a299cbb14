import { checkSettings, counting } from "../setting/checkSettings.ts"
import { type ClassificationOptions, eachPrediction, rankOfTarget } from "./eachPrediction.ts"
import type { Metric } from "./metric.ts"
import { type WeightedMean, weightedMean } from "./weightedMean.ts"

/**
 * The share of rows whose target is among the `k` classes of the greatest logits, of equal ones the first. Logits that are
 * NaN count as greatest, and never as right. Its name is `topKAccuracy` with the number in place of K; it is 0 for no rows.
 *
 * Shape: logits `[..., classes]`, targets `i32[...]`. Throws a `SettingError` unless `k` is a whole number from 1; adding
 * a batch throws a `MetricError` for a target that is no class.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { topKAccuracy } from "@residual/train"
 * const top2 = topKAccuracy(2)
 * const logits = Tensor.make([[0, 3, 2], [3, 0, 2]])
 * const batch = { targets: Tensor.make([2, 1], { dtype: "i32" }) }
 * top2.value(top2.add(top2.initial, { outputs: { logits }, batch })) // => 0.5
 * ```
 */
export const topKAccuracy = (k: number, options: ClassificationOptions = {}): Metric<WeightedMean, number> => {
  checkSettings("topKAccuracy", { k: [counting, k] })
  return shareWithin(options.name ?? `top${k}Accuracy`, k, options)
}

/** The share of rows whose target's rank is below a number. */
export const shareWithin = (
  name: string,
  ranks: number,
  options: ClassificationOptions
): Metric<WeightedMean, number> =>
  weightedMean(
    name,
    (result, visit) =>
      eachPrediction(name, result, options, (prediction) =>
        visit(rankOfTarget(prediction) < ranks ? 1 : 0, prediction.weight)
      ),
    (mean) => mean
  )
