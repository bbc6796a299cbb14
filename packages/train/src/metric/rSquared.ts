import { checkSettings, counting } from "../setting/checkSettings.ts"
import { eachError, type RegressionOptions } from "./eachError.ts"
import type { Metric } from "./metric.ts"
import { MetricError } from "./metricError.ts"

/** The settings of `rSquared`. */
export interface RSquaredOptions extends RegressionOptions {
  /** How many numbers are predicted for each row, along the last axis of the targets: 1 by default. */
  readonly outputs?: number
}

/** The targets of one output so far: their mean, and the squares of how far they are from it and from predictions. */
export interface Variation {
  readonly weight: number
  readonly mean: number
  readonly total: number
  readonly unexplained: number
}

/**
 * The share of the targets' variance that predictions explain: `1 − Σ(y − ŷ)² / Σ(y − ȳ)²`, the mean over outputs where
 * there are several. Where targets do not vary, and for no rows, it is 1 for predictions that are right and 0 for others.
 *
 * Shape: as for `meanSquaredError`. Throws a `SettingError` unless `outputs` is a whole number from 1; adding a batch
 * throws a `MetricError` where the last axis of the targets has another length.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { rSquared } from "@residual/train"
 * const { initial, add, value } = rSquared()
 * const result = { outputs: { predictions: Tensor.make([1, 2, 4]) }, batch: { targets: Tensor.make([1, 2, 3]) } }
 * value(add(initial, result)) // => 0.5
 * ```
 */
export const rSquared = (options: RSquaredOptions = {}): Metric<ReadonlyArray<Variation>, number> => {
  const { name = "rSquared", outputs = 1 } = options
  checkSettings("rSquared", { outputs: [counting, outputs] })
  return {
    name,
    initial: new Array<Variation>(outputs).fill({ weight: 0, mean: 0, total: 0, unexplained: 0 }),
    add: (state, result) => {
      const shape = result.batch[options.targets ?? "targets"]?.type.shape
      if (outputs > 1 && shape !== undefined && shape.at(-1) !== outputs) {
        throw new MetricError({
          metric: name,
          reason: `targets of shape [${shape}] do not hold ${outputs} outputs a row`
        })
      }
      const next = state.slice()
      eachError(name, result, options, ({ prediction, target, weight, at }) => {
        const before = next[at % outputs] as Variation
        const total = before.weight + weight
        // The mean moves with each target (Welford), so that no digits are lost where it is far from 0.
        const mean = before.mean + ((target - before.mean) * weight) / total
        next[at % outputs] = {
          weight: total,
          mean,
          total: before.total + weight * (target - before.mean) * (target - mean),
          unexplained: before.unexplained + weight * (target - prediction) ** 2
        }
      })
      return next
    },
    value: (state) => state.reduce((sum, variation) => sum + explained(variation), 0) / outputs
  }
}

const explained = ({ total, unexplained }: Variation): number => {
  if (total > 0) return 1 - unexplained / total
  return unexplained === 0 ? 1 : 0
}
