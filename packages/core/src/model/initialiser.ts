import {
  normal as drawNormal,
  truncatedNormal as drawTruncated,
  uniform as drawUniform
} from "../random/hostDistributions.ts"
import type { HostKey } from "../random/threefry.ts"
import type { Shape } from "../shape.ts"
import * as ShapeOf from "../shape.ts"

/**
 * A parameter's first elements, in row-major order: a function of the key of the parameter's path and of its shape,
 * computed on the host in float64.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * const ramp: Model.Initialiser = (_, [length]) => Float64Array.from({ length: length ?? 1 }, (_, at) => at)
 * Model.parameter([3], { initialiser: ramp }).initialiser([0, 0], [3]) // => new Float64Array([0, 1, 2])
 * ```
 */
export type Initialiser = (key: HostKey, shape: Shape) => Float64Array

/**
 * Every element is one number.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.constant(0.5)([0, 0], [2]) // => new Float64Array([0.5, 0.5])
 * ```
 */
export const constant =
  (value: number): Initialiser =>
  (_, shape) =>
    new Float64Array(ShapeOf.size(shape)).fill(value)

/**
 * Every element is 0.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.zeros([0, 0], [2]) // => new Float64Array([0, 0])
 * ```
 */
export const zeros: Initialiser = constant(0)

/**
 * Every element is 1.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.ones([0, 0], [2]) // => new Float64Array([1, 1])
 * ```
 */
export const ones: Initialiser = constant(1)

/**
 * Elements given one by one, in row-major order, for examples and for values computed elsewhere.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.values([1, 2])([0, 0], [2]) // => new Float64Array([1, 2])
 * ```
 */
export const values =
  (elements: ReadonlyArray<number>): Initialiser =>
  () =>
    Float64Array.from(elements)

/**
 * Uniform in [low, high).
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.uniform(-1, 1)([0, 0], [3]).every((x) => x >= -1 && x < 1) // => true
 * ```
 */
export const uniform =
  (low: number, high: number): Initialiser =>
  (key, shape) =>
    drawUniform(key, ShapeOf.size(shape)).map((u) => low + u * (high - low))

/**
 * Normal with mean 0 and a standard deviation.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.normal(0.02)([0, 0], [2, 3]).length // => 6
 * ```
 */
export const normal =
  (deviation: number): Initialiser =>
  (key, shape) =>
    drawNormal(key, ShapeOf.size(shape)).map((x) => x * deviation)

/**
 * Normal with mean 0 and a standard deviation, restricted to two deviations on either side, which leaves a deviation of
 * 0.8796 of the one given.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.truncatedNormal(0.5)([0, 0], [8]).every((x) => Math.abs(x) <= 1) // => true
 * ```
 */
export const truncatedNormal =
  (deviation: number): Initialiser =>
  (key, shape) =>
    drawTruncated(key, ShapeOf.size(shape), -2, 2).map((x) => x * deviation)

/**
 * Which of a weight's sizes an initialiser goes by: how many values each output is made of (`in`), or how many outputs
 * each value goes into (`out`).
 */
export type Fan = "in" | "out"

/**
 * How many values each output of a weight is made of, and how many outputs each value goes into. A matrix is `[in, out]`:
 * `in` and `out`. A kernel of a convolution is `[out, in, ...window]`, `in` being the channels of one group: `in·window`
 * and `out·window`. A vector of n elements counts as `[n, 1]`.
 */
const fans = (shape: Shape): Readonly<Record<Fan, number>> => {
  const [first = 1, second = 1, ...kernel] = shape
  const window = ShapeOf.size(kernel)
  return shape.length <= 2 ? { in: first, out: second } : { in: second * window, out: first * window }
}

/**
 * Uniform with variance 2·gain² / (in + out), so that values and residuals keep their scale. The gain is 1 by default;
 * `gainOf` has those of activations. The weight is `[in, out]`, or `[out, in, ...kernel]`.
 *
 * X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.xavierUniform()([0, 0], [3, 3]).every((x) => Math.abs(x) <= 1) // => true
 * ```
 */
export const xavierUniform =
  (gain: number = 1): Initialiser =>
  (key, shape) => {
    const fan = fans(shape)
    const bound = gain * Math.sqrt(6 / (fan.in + fan.out))
    return uniform(-bound, bound)(key, shape)
  }

/**
 * Normal with variance 2·gain² / (in + out); see `xavierUniform`.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.xavierNormal(Model.gainOf("tanh"))([0, 0], [3, 3]).length // => 9
 * ```
 */
export const xavierNormal =
  (gain: number = 1): Initialiser =>
  (key, shape) => {
    const fan = fans(shape)
    return normal(gain * Math.sqrt(2 / (fan.in + fan.out)))(key, shape)
  }

/**
 * Uniform with variance gain² / in, so that values keep their scale, or gain² / out, so that residuals do. The gain is √2,
 * that of relu, by default; `gainOf` has others. The weight is `[in, out]`, or `[out, in, ...kernel]`.
 *
 * K. He et al., "Delving deep into rectifiers" (2015).
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.kaimingUniform()([0, 0], [6, 2]).every((x) => Math.abs(x) <= 1) // => true
 * ```
 */
export const kaimingUniform =
  (gain: number = Math.SQRT2, fan: Fan = "in"): Initialiser =>
  (key, shape) => {
    const bound = gain * Math.sqrt(3 / fans(shape)[fan])
    return uniform(-bound, bound)(key, shape)
  }

/**
 * Normal with variance gain² / in, or gain² / out; see `kaimingUniform`.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.kaimingNormal(Model.gainOf("relu"), "out")([0, 0], [6, 2]).length // => 12
 * ```
 */
export const kaimingNormal =
  (gain: number = Math.SQRT2, fan: Fan = "in"): Initialiser =>
  (key, shape) =>
    normal(gain / Math.sqrt(fans(shape)[fan]))(key, shape)
