import { Tensor } from "@residual/backends"
import { Shape } from "@residual/core"
import type { BatchResult } from "./metric.ts"
import { MetricError } from "./metricError.ts"
import { named, weightsOf } from "./weightedValues.ts"

/** Where a metric of numbers finds what it measures. */
export interface RegressionOptions {
  /** What the metric is called. */
  readonly name?: string
  /** The output that holds predictions: `predictions` by default. */
  readonly predictions?: string
  /** The batch's entry that holds what was to be predicted: `targets` by default. */
  readonly targets?: string
}

/** A predicted number that counts, what it should be, its weight, and its place among the batch's numbers. */
export interface Predicted {
  readonly prediction: number
  readonly target: number
  readonly weight: number
  readonly at: number
}

/** Calls a function with each predicted number that counts. Predictions and targets have one shape, but for axes of 1. */
export const eachError = (
  metric: string,
  result: BatchResult,
  options: RegressionOptions,
  visit: (predicted: Predicted) => void
): void => {
  const given = named(metric, "output", result.outputs, options.predictions ?? "predictions")
  const wanted = named(metric, "input", result.batch, options.targets ?? "targets")
  const { shape } = wanted.type
  if (!Shape.equals(withoutOnes(given.type.shape), withoutOnes(shape))) {
    const reason = `predictions of shape [${given.type.shape}] do not fit targets of shape [${shape}]`
    throw new MetricError({ metric, reason })
  }
  const weightAt = weightsOf(metric, result, shape)
  const predictions = Tensor.toTypedArray(given)
  for (const [at, target] of Tensor.toTypedArray(wanted).entries()) {
    const weight = weightAt(at)
    if (weight > 0) visit({ prediction: predictions[at] as number, target, weight, at })
  }
}

const withoutOnes = (shape: Shape.Shape): Shape.Shape => shape.filter((length) => length !== 1)
