import { Tensor } from "@residual/backends"
import { Shape } from "@residual/core"
import type { BatchResult } from "./metric.ts"
import { MetricError } from "./metricError.ts"
import { named, rowOf, weightsOf } from "./weightedValues.ts"

/** Where a metric of classes finds what it measures. */
export interface ClassificationOptions {
  /** What the metric is called. */
  readonly name?: string
  /** The output that holds logits: `logits` by default. */
  readonly logits?: string
  /** The batch's entry that holds the classes that occurred: `targets` by default. */
  readonly targets?: string
  /** Rows with this target do not count: -100 by default, as in `op.crossEntropy`. */
  readonly ignoreIndex?: number
}

/** A prediction that counts: its logits are those of `logits` at `from` and on, one for each class. */
export interface Prediction {
  readonly logits: ArrayLike<number>
  readonly from: number
  readonly classes: number
  readonly target: number
  readonly weight: number
}

/**
 * Calls a function with each prediction that counts: logits `[..., classes]` and integer targets `[...]`. Logits of the
 * targets' own shape, or `[..., 1]`, are those of class 1 of two, that of class 0 being 0.
 */
export const eachPrediction = (
  metric: string,
  result: BatchResult,
  options: ClassificationOptions,
  visit: (prediction: Prediction) => void
): void => {
  const given = named(metric, "output", result.outputs, options.logits ?? "logits")
  const wanted = named(metric, "input", result.batch, options.targets ?? "targets")
  const { shape } = wanted.type
  const { logits, classes } = byClass(metric, given, shape)
  const weightAt = weightsOf(metric, result, shape)
  for (const [at, target] of Tensor.toTypedArray(wanted).entries()) {
    const weight = weightAt(at)
    if (weight === 0 || target === (options.ignoreIndex ?? -100)) continue
    if (!Number.isInteger(target) || target < 0 || target >= classes) {
      const reason = `its target is ${target}; there are ${classes} classes`
      throw new MetricError({ metric, row: rowOf(at, shape), reason })
    }
    visit({ logits, from: at * classes, classes, target, weight })
  }
}

/** A batch's logits, one for each class. */
const byClass = (metric: string, logits: Tensor.Tensor, targets: Shape.Shape) => {
  const { shape } = logits.type
  const elements = Tensor.toTypedArray(logits)
  const classes = shape.length > targets.length ? (shape.at(-1) as number) : 1
  if (!Shape.equals(shape.slice(0, targets.length), targets) || shape.length > targets.length + 1) {
    throw new MetricError({ metric, reason: `logits of shape [${shape}] do not fit targets of shape [${targets}]` })
  }
  if (classes !== 1) return { logits: elements, classes }
  const both = new Float64Array(2 * elements.length)
  for (const [at, logit] of elements.entries()) both[2 * at + 1] = logit
  return { logits: both, classes: 2 }
}

/**
 * How many classes have a greater logit than a prediction's target, or an equal one and come before it. NaN is greatest; a
 * target whose own logit is NaN is behind all classes.
 */
export const rankOfTarget = ({ logits, from, classes, target }: Prediction): number => {
  const own = logits[from + target] as number
  if (Number.isNaN(own)) return Number.POSITIVE_INFINITY
  let rank = 0
  for (let other = 0; other < classes; other++) {
    const logit = logits[from + other] as number
    if (other < target ? !(logit < own) : other > target && !(logit <= own)) rank++
  }
  return rank
}

/** The class of the greatest logit, the first of equal ones. NaN is greatest. */
export const predictedClass = ({ logits, from, classes }: Prediction): number => {
  let [best, greatest] = [0, logits[from] as number]
  for (let other = 1; other < classes; other++) {
    const logit = logits[from + other] as number
    if (Number.isNaN(greatest)) break
    if (!(logit <= greatest)) [best, greatest] = [other, logit]
  }
  return best
}
