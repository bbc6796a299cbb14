import { composite } from "../../composite.ts"
import type { AnyExpr, MaybeResidual } from "../../expr.ts"
import type { Shape } from "../../shape.ts"
import * as ShapeOf from "../../shape.ts"
import { ShapeError } from "../../shapeError.ts"
import { add, mul } from "../arithmetic.ts"
import { fill } from "../leaf.ts"
import { mean } from "../moment.ts"
import { rsqrt, square } from "../power.ts"
import { countOf } from "../reduction.ts"
import { sub } from "../sign.ts"
import { broadcastTo, reshape } from "../stretch.ts"

/** The attributes of a normalisation: over which axes, and what is added to the variance. */
export interface NormAttrs {
  readonly axes: ReadonlyArray<number>
  readonly epsilon: number
}

/** What is multiplied with a normalised value and added to it, and what is added to the variance. */
export interface NormOptions {
  /** Ones by default. */
  readonly scale?: AnyExpr | undefined
  /** Zeros by default. */
  readonly bias?: AnyExpr | undefined
  /** 10⁻⁵ by default; a `ShapeError` is thrown for a negative one. */
  readonly epsilon?: number
}

/** The mean over axes, which stay at size 1. */
export const centre = (x: AnyExpr, axes: ReadonlyArray<number>): AnyExpr => mean(x, { axes, keepDims: true })

/** A value less its mean, over its deviation; the variance in a second pass, so that a large mean does not drown it. */
export const standardised = (x: AnyExpr, { axes, epsilon }: NormAttrs) => {
  const mean = centre(x, axes)
  const centred = sub(x, mean)
  const variance = centre(square(centred), axes)
  const reciprocalDeviation = rsqrt(add(variance, epsilon))
  return { mean, variance, reciprocalDeviation, result: mul(centred, reciprocalDeviation) }
}

/** The residual of what was standardised: `r` without the parts that moving the mean or the deviation takes back. */
export const standardisedBackward = (
  r: AnyExpr,
  result: AnyExpr,
  reciprocalDeviation: AnyExpr,
  axes: ReadonlyArray<number>
): AnyExpr => {
  const alongDeviation = mul(result, centre(mul(r, result), axes))
  return mul(reciprocalDeviation, sub(sub(r, centre(r, axes)), alongDeviation))
}

/** What a residual of a mean hands to the value. */
export const meanBackward = (r: MaybeResidual | undefined, x: AnyExpr, axes: ReadonlyArray<number>): MaybeResidual =>
  r ? broadcastTo(mul(r, 1 / countOf(x.type.shape, axes)), x.type.shape) : null

/** What a residual of 1 / √(mean of squares of `centred` + ε) hands to the value. */
export const reciprocalDeviationBackward = (
  r: MaybeResidual | undefined,
  centred: AnyExpr,
  reciprocalDeviation: AnyExpr,
  axes: ReadonlyArray<number>
): MaybeResidual => {
  if (!r) return null
  const cube = mul(square(reciprocalDeviation), reciprocalDeviation)
  return mul(centred, mul(mul(r, cube), -1 / countOf(centred.type.shape, axes)))
}

/** The sum of residuals that arrived by several ways; `null` where none did. */
export const totalOf = (residuals: ReadonlyArray<MaybeResidual | undefined>): MaybeResidual =>
  residuals.reduce<MaybeResidual>(
    (sum, residual) => (residual ? (sum === null ? residual : add(sum, residual)) : sum),
    null
  )

/** A value of the normalised axes with the others at size 1, so that it broadcasts. */
export const placed = (value: AnyExpr, shape: Shape, axes: ReadonlyArray<number>): AnyExpr =>
  reshape(
    value,
    shape.map((length, axis) => (axes.includes(axis) ? length : 1))
  )

/** The axes of a value that are not among the given ones. */
export const axesBut = (axes: ReadonlyArray<number>, x: AnyExpr): ReadonlyArray<number> =>
  x.type.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]))

/** Throws a `ShapeError` for an ε that is negative or NaN. */
export const checkEpsilon = (op: string, x: AnyExpr, epsilon: number | undefined): void => {
  if (epsilon !== undefined && !(epsilon >= 0)) {
    throw new ShapeError(op, [x.type], `an epsilon of at least 0, not ${epsilon}`)
  }
}

/** The operand of a normalisation with its scale and bias, which are 1 and 0 where they are not given. */
export const affineInputs = (
  op: string,
  x: AnyExpr,
  axes: ReadonlyArray<number>,
  { scale, bias, epsilon }: NormOptions
): readonly [AnyExpr, AnyExpr, AnyExpr] => {
  checkEpsilon(op, x, epsilon)
  const type = { dtype: x.type.dtype, shape: axes.map((axis) => x.type.shape[axis] as number) }
  for (const given of [scale, bias]) {
    if (given !== undefined && (given.type.dtype !== type.dtype || !ShapeOf.equals(given.type.shape, type.shape))) {
      throw new ShapeError(op, [x.type, given.type], `scale and bias of type ${type.dtype}[${type.shape.join(",")}]`)
    }
  }
  return [x, scale ?? fill(1, type), bias ?? fill(0, type)]
}

const standardiseBackward = composite<{ readonly axes: ReadonlyArray<number> }>("standardiseBackward", {
  body: ([r, y, reciprocalDeviation], { axes }) =>
    standardisedBackward(r as AnyExpr, y as AnyExpr, reciprocalDeviation as AnyExpr, axes)
})

/**
 * What batch, group and instance normalisation are made of: `(x - mean) / √(variance + ε)`, the mean and the variance,
 * these with the reduced axes at size 1. Its backward reads the result and the saved reciprocal deviation.
 */
export const standardise = composite<NormAttrs>("standardise", {
  body: ([x], attrs) => {
    const { mean, variance, reciprocalDeviation, result } = standardised(x as AnyExpr, attrs)
    return [result, mean, variance, reciprocalDeviation]
  },
  outputs: 3,
  backward: ([r, toMean, toVariance, toReciprocal], { inputs, outputs, attrs: { axes } }) => {
    const [x] = inputs as readonly [AnyExpr]
    const [y, mean, , reciprocalDeviation] = outputs as ReadonlyArray<AnyExpr> as [AnyExpr, AnyExpr, AnyExpr, AnyExpr]
    const centred = sub(x, mean)
    return [
      totalOf([
        r && standardiseBackward([r, y, reciprocalDeviation], { axes }),
        meanBackward(toMean, x, axes),
        toVariance && mul(centred, mul(toVariance, 2 / countOf(x.type.shape, axes))),
        reciprocalDeviationBackward(toReciprocal, centred, reciprocalDeviation, axes)
      ])
    ]
  },
  rule: "(r - mean(r) - y · mean(r · y)) / deviation"
})
