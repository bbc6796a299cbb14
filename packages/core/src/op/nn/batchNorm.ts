import { composite } from "../../composite.ts"
import type { AnyExpr } from "../../expr.ts"
import * as ShapeOf from "../../shape.ts"
import { ShapeError } from "../../shapeError.ts"
import { add, div, mul } from "../arithmetic.ts"
import { equal } from "../compare.ts"
import { rsqrt, square } from "../power.ts"
import { checkNotEmpty, countOf } from "../reduction.ts"
import { sub } from "../sign.ts"
import { reshape, sum } from "../stretch.ts"
import { where } from "../where.ts"
import { channels, checkChannels, scaledByChannel } from "./channels.ts"
import { affineInputs, axesBut, type NormAttrs, type NormOptions, placed, standardise } from "./standardise.ts"

/** The statistics of rows that count by their weights; a batch without weight has mean and variance 0. */
const weightedStatistics = (x: AnyExpr, weights: AnyExpr, axes: ReadonlyArray<number>) => {
  const { shape } = x.type
  const rows = placed(weights, shape, [0])
  const total = mul(sum(weights), countOf(shape, axes) / (shape[0] as number))
  const share = div(rows, where(equal(total, 0), 1, total))
  const average = (value: AnyExpr): AnyExpr => sum(mul(value, share), { axes, keepDims: true })
  const mean = average(x)
  return { mean, variance: average(square(sub(x, mean))) }
}

const normalised = (x: AnyExpr, weights: AnyExpr | undefined, attrs: NormAttrs): ReadonlyArray<AnyExpr> => {
  if (weights === undefined) return standardise.all([x], attrs)
  const { mean, variance } = weightedStatistics(x, weights, attrs.axes)
  return [mul(sub(x, mean), rsqrt(add(variance, attrs.epsilon))), mean, variance]
}

const training = composite<NormAttrs>("batchNormTraining", {
  body: (inputs, attrs) => {
    const [x, scale, bias, weights] = inputs as [AnyExpr, AnyExpr, AnyExpr, AnyExpr?]
    const [standard, mean, variance] = normalised(x, weights, attrs) as [AnyExpr, AnyExpr, AnyExpr]
    const features = scale.type.shape
    return [scaledByChannel(standard, scale, bias), reshape(mean, features), reshape(variance, features)]
  },
  rule: "(g - mean(g) - x̂ · mean(g · x̂)) / deviation, with g = r · scale ; Σ r · x̂ ; Σ r"
})

/** A normalised batch, and the statistics that it was normalised with. */
export interface BatchNormalised {
  readonly output: AnyExpr
  readonly mean: AnyExpr
  /** The mean square of the differences to the mean, without Bessel's correction. */
  readonly variance: AnyExpr
}

/**
 * Batch normalisation by the batch's own statistics, which it also returns: (x - mean) / √(variance + ε) · scale + bias,
 * over all axes but that of the channels. With `weights`, one for each row of the batch, a row counts by its weight, so
 * that padding does not. Shape: `[batch, channels, ...]` -> the same; scale, bias, mean and variance are `[channels]`.
 * Throws a `ShapeError` for a scale, bias or weights of another type, for a batch without elements, and for other types
 * than floats.
 *
 * S. Ioffe and C. Szegedy, "Batch normalization" (2015).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.batchNormTraining(input("x", [8, 3, 5, 5])).mean.type.shape // => [3]
 * ```
 */
export const batchNormTraining = (
  x: AnyExpr,
  options: NormOptions & { readonly weights?: AnyExpr | undefined } = {}
): BatchNormalised => {
  checkChannels("batchNormTraining", x)
  const { weights, epsilon = 1e-5 } = options
  const axes = axesBut(channels, x)
  checkNotEmpty("batchNormTraining", x.type, axes)
  if (
    weights !== undefined &&
    (weights.type.dtype !== x.type.dtype ||
      weights.type.shape.length !== 1 ||
      weights.type.shape[0] !== x.type.shape[0])
  ) {
    throw new ShapeError(
      "batchNormTraining",
      [x.type, weights.type],
      `weights of type ${x.type.dtype}[${x.type.shape[0]}]`
    )
  }
  const inputs = [
    ...affineInputs("batchNormTraining", x, channels, options),
    ...(weights === undefined ? [] : [weights])
  ]
  const [output, mean, variance] = training.all(inputs, { axes, epsilon }) as [AnyExpr, AnyExpr, AnyExpr]
  return { output, mean, variance }
}

const evaluation = composite<{ readonly epsilon: number }>("batchNorm", {
  body: (inputs, { epsilon }) => {
    const [x, scale, bias, mean, variance] = inputs as [AnyExpr, AnyExpr, AnyExpr, AnyExpr, AnyExpr]
    const { shape } = x.type
    const centred = sub(x, placed(mean, shape, channels))
    return scaledByChannel(mul(centred, rsqrt(add(placed(variance, shape, channels), epsilon))), scale, bias)
  },
  rule: "r · scale / deviation ; Σ r · x̂ ; Σ r ; through the statistics"
})

/**
 * Batch normalisation by given statistics, as in evaluation: (x - mean) / √(variance + ε) · scale + bias. Shape:
 * `[batch, channels, ...]` -> the same; scale, bias, mean and variance are `[channels]`. Throws a `ShapeError` where they
 * are of another type, and for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const statistics = { mean: input("mean", [3]), variance: input("variance", [3]) }
 * op.batchNorm(input("x", [8, 3]), statistics).type.shape // => [8, 3]
 * ```
 */
export const batchNorm = (
  x: AnyExpr,
  options: NormOptions & { readonly mean: AnyExpr; readonly variance: AnyExpr }
): AnyExpr => {
  checkChannels("batchNorm", x)
  const { mean, variance, epsilon = 1e-5 } = options
  const features = x.type.shape.slice(1, 2)
  for (const { type } of [mean, variance]) {
    if (type.dtype !== x.type.dtype || !ShapeOf.equals(type.shape, features)) {
      throw new ShapeError("batchNorm", [x.type, type], `statistics of type ${x.type.dtype}[${features.join(",")}]`)
    }
  }
  return evaluation([...affineInputs("batchNorm", x, channels, options), mean, variance], { epsilon })
}
