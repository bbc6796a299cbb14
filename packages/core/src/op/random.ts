import { isFloat } from "../dtype.ts"
import type { AnyExpr } from "../expr.ts"
import { erf as hostErf } from "../scalar/erf.ts"
import type { Shape } from "../shape.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import { add, mul, neg } from "./arithmetic.ts"
import { axisOf } from "./axes.ts"
import { shiftRight } from "./bits.ts"
import { cast } from "./cast.ts"
import { clamp } from "./clamp.ts"
import { less } from "./compare.ts"
import { erfinv } from "./erfinv.ts"
import { log } from "./exponential.ts"
import { argMax } from "./extremum.ts"
import { randomBits } from "./leaf.ts"
import { sort } from "./order.ts"

type FloatType = "f32" | "f64"

/** Whole numbers below 2^digits as floats, exact in `f32` for up to 24 digits. */
const digitsOf = (key: AnyExpr, shape: Shape, digits: number, dtype: FloatType): AnyExpr =>
  cast(shiftRight(randomBits(key, shape), 32 - digits), dtype)

/**
 * Numbers uniform in [low, high), by default [0, 1): multiples of 2⁻²⁴, scaled, so that the draws from [0, 1) are the
 * same on every backend and in every float type; scaling may round up to `high`. Shape: key `u32[2]` -> `shape`. Throws a `ShapeError` for a key of
 * another type, and where `low` is above `high`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.uniform(input("key", [2], { dtype: "u32" }), [2, 3], { low: -1 }).type.shape // => [2, 3]
 * ```
 */
export const uniform = (
  key: AnyExpr,
  shape: Shape,
  options: { readonly low?: number; readonly high?: number; readonly dtype?: FloatType } = {}
): AnyExpr => {
  const { low = 0, high = 1, dtype = "f32" } = options
  if (!(low <= high)) throw new ShapeError("uniform", [key.type], `bounds in order, not ${low} and ${high}`)
  const unit = mul(digitsOf(key, shape, 24, dtype), 2 ** -24)
  return low === 0 && high === 1 ? unit : add(mul(unit, high - low), low)
}

/**
 * Booleans that are true with a probability: a number, by which the draws are the same on every backend, or a value
 * computed for each element. Shape: key `u32[2]` -> `shape`; a computed probability broadcasts to it. Throws a
 * `ShapeError` for a probability outside [0, 1] and for a key of another type.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.bernoulli(input("key", [2], { dtype: "u32" }), [2, 3], { probability: 0.9 }).type.dtype // => "bool"
 * ```
 */
export const bernoulli = (
  key: AnyExpr,
  shape: Shape,
  options: { readonly probability?: number | AnyExpr } = {}
): AnyExpr => {
  const { probability = 0.5 } = options
  if (typeof probability !== "number") {
    const dtype = probability.type.dtype
    if (!isFloat(dtype))
      throw new ShapeError("bernoulli", [key.type, probability.type], "a probability of a float type")
    const broadcast = ShapeOf.broadcast(probability.type.shape, shape)
    if (broadcast === undefined || !ShapeOf.equals(broadcast, shape)) {
      const expected = `a probability that broadcasts to [${shape.join(",")}]`
      throw new ShapeError("bernoulli", [key.type, probability.type], expected)
    }
    return less(uniform(key, shape, { dtype }), probability)
  }
  if (!(probability >= 0 && probability <= 1)) {
    throw new ShapeError("bernoulli", [key.type], `a probability from 0 to 1, not ${probability}`)
  }
  // Compared as integers of 24 digits, which no rounding of the probability to a float can tip.
  return less(shiftRight(randomBits(key, shape), 8), Math.round(probability * 2 ** 24))
}

/**
 * Numbers from a normal distribution, the standard one by default: √2 · erf⁻¹ of the middles of 2²³ equal cells of
 * (-1, 1), so that none is infinite and the distribution is symmetric. Shape: key `u32[2]` -> `shape`. Throws a
 * `ShapeError` for a key of another type.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.normal(input("key", [2], { dtype: "u32" }), [2, 3], { deviation: 0.02 }).type.shape // => [2, 3]
 * ```
 */
export const normal = (
  key: AnyExpr,
  shape: Shape,
  options: { readonly mean?: number; readonly deviation?: number; readonly dtype?: FloatType } = {}
): AnyExpr => {
  const { mean = 0, deviation = 1, dtype = "f32" } = options
  const odd = add(mul(digitsOf(key, shape, 23, dtype), 2), 1 - 2 ** 23)
  const scaled = mul(erfinv(mul(odd, 2 ** -23)), Math.SQRT2 * deviation)
  return mean === 0 ? scaled : add(scaled, mean)
}

/**
 * Numbers from the standard normal distribution restricted to [low, high], by default two deviations on either side,
 * times a deviation and plus a mean. Shape: key `u32[2]` -> `shape`. Throws a `ShapeError` unless low < high, for
 * bounds so far out that the float type finds no probability between them, and for a key of another type.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.truncatedNormal(input("key", [2], { dtype: "u32" }), [2, 3]).type.shape // => [2, 3]
 * ```
 */
export const truncatedNormal = (
  key: AnyExpr,
  shape: Shape,
  options: {
    readonly low?: number
    readonly high?: number
    readonly mean?: number
    readonly deviation?: number
    readonly dtype?: FloatType
  } = {}
): AnyExpr => {
  const { low = -2, high = 2, mean = 0, deviation = 1, dtype = "f32" } = options
  if (!(low < high)) throw new ShapeError("truncatedNormal", [key.type], `a lower bound below ${high}, not ${low}`)
  const [first, last] = [hostErf(low / Math.SQRT2), hostErf(high / Math.SQRT2)]
  // The quantile is taken of a float of this type, in which far tails are one number.
  if (dtype === "f32" ? Math.fround(first) === Math.fround(last) : first === last) {
    throw new ShapeError("truncatedNormal", [key.type], `bounds that ${dtype} tells apart, not ${low} and ${high}`)
  }
  const cell = mul(add(mul(digitsOf(key, shape, 23, dtype), 2), 1), 2 ** -24)
  const quantile = mul(erfinv(add(mul(cell, last - first), first)), Math.SQRT2)
  return add(mul(clamp(quantile, { min: low, max: high }), deviation), mean)
}

/**
 * An index drawn along an axis (the last by default) with probabilities softmax(logits): the place of the greatest sum
 * of logit and Gumbel noise. Logits of -∞ are never drawn while there are others. Shape: `[..., n, ...]` -> `i32`
 * without the axis. Throws a `ShapeError` for an axis out of range or without elements, and for a key of another type.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.categorical(input("key", [2], { dtype: "u32" }), input("logits", [4, 10])).type // => { dtype: "i32", shape: [4] }
 * ```
 */
export const categorical = (key: AnyExpr, logits: AnyExpr, options: { readonly axis?: number } = {}): AnyExpr => {
  const { dtype, shape } = logits.type
  if (!isFloat(dtype)) throw new ShapeError("categorical", [key.type, logits.type], "logits of a float type")
  const axis = axisOf("categorical", logits.type, options.axis ?? -1)
  const inside = mul(add(mul(digitsOf(key, shape, 23, dtype), 2), 1), 2 ** -24)
  const gumbel = neg(log(neg(log(inside))))
  return argMax(add(logits, gumbel), { axis })
}

/**
 * A random order of the integers below n, as those of sorted random words. Shape: key `u32[2]` -> `i32[n]`. Throws a
 * `ShapeError` for a key of another type.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.permutation(input("key", [2], { dtype: "u32" }), 10).type // => { dtype: "i32", shape: [10] }
 * ```
 */
export const permutation = (key: AnyExpr, n: number): AnyExpr => sort(randomBits(key, [n])).indices
