import { checkSettings, counting } from "../setting/checkSettings.ts"
import { type ClassificationOptions, eachPrediction, predictedClass } from "./eachPrediction.ts"
import type { Metric } from "./metric.ts"
import { MetricError } from "./metricError.ts"

/** The settings of metrics that tell classes apart. */
export interface ClassesOptions extends ClassificationOptions {
  /** How many classes there are. */
  readonly classes: number
}

/**
 * How often each class was taken for each: a row for the class that occurred, in it a column for the class of the greatest
 * logit. The elements are sums of weights: counts, where weights are 1.
 *
 * Shape: as for `accuracy`. Throws a `SettingError` unless `classes` is a whole number from 1; adding a batch throws a
 * `MetricError` for a target that is no class, and for logits of another number of classes.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { confusionMatrix } from "@residual/train"
 * const { initial, add, value } = confusionMatrix({ classes: 2 })
 * const logits = Tensor.make([[0, 2], [3, 1], [1, 0]])
 * const batch = { targets: Tensor.make([1, 1, 0], { dtype: "i32" }) }
 * value(add(initial, { outputs: { logits }, batch })) // => [[1, 0], [1, 1]]
 * ```
 */
export const confusionMatrix = (
  options: ClassesOptions
): Metric<ReadonlyArray<number>, ReadonlyArray<ReadonlyArray<number>>> => {
  const { classes, name = "confusionMatrix" } = options
  checkSettings("confusionMatrix", { classes: [counting, classes] })
  return {
    name,
    initial: new Array<number>(classes * classes).fill(0),
    add: (state, result) => {
      const counts = state.slice()
      eachPrediction(name, result, options, (prediction) => {
        checkClasses(name, classes, prediction.classes)
        const at = prediction.target * classes + predictedClass(prediction)
        counts[at] = (counts[at] as number) + prediction.weight
      })
      return counts
    },
    value: (counts) => Array.from({ length: classes }, (_, row) => counts.slice(row * classes, (row + 1) * classes))
  }
}

/** Refuses logits of another number of classes than a metric was made for. */
export const checkClasses = (metric: string, expected: number, given: number): void => {
  if (given !== expected) {
    throw new MetricError({ metric, reason: `there are logits of ${given} classes, not of ${expected}` })
  }
}
