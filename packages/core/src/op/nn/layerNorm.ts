import { composite } from "../../composite.ts"
import type { AnyExpr } from "../../expr.ts"
import { add, mul } from "../arithmetic.ts"
import { axesOf } from "../axes.ts"
import { checkAccepted } from "../elementwiseComposite.ts"
import { checkNotEmpty } from "../reduction.ts"
import { sub } from "../sign.ts"
import { sum } from "../stretch.ts"
import {
  affineInputs,
  axesBut,
  meanBackward,
  type NormAttrs,
  type NormOptions,
  placed,
  reciprocalDeviationBackward,
  standardised,
  standardisedBackward,
  totalOf
} from "./standardise.ts"

/** The residuals of value, scale and bias, from that of the result and the saved statistics. */
export const layerNormBackward = composite<{ readonly axes: ReadonlyArray<number> }>("layerNormBackward", {
  body: (inputs, { axes }) => {
    const [r, x, scale, mean, reciprocalDeviation] = inputs as [AnyExpr, AnyExpr, AnyExpr, AnyExpr, AnyExpr]
    const standard = mul(sub(x, mean), reciprocalDeviation)
    const scaled = mul(r, placed(scale, x.type.shape, axes))
    const others = axesBut(axes, x)
    return [
      standardisedBackward(scaled, standard, reciprocalDeviation, axes),
      sum(mul(r, standard), { axes: others }),
      sum(r, { axes: others })
    ]
  }
})

/** Layer normalisation over checked axes, and its mean and reciprocal deviation, which are saved. */
export const layerNormOver = composite<NormAttrs>("layerNorm", {
  body: (inputs, attrs) => {
    const [x, scale, bias] = inputs as [AnyExpr, AnyExpr, AnyExpr]
    const { mean, reciprocalDeviation, result } = standardised(x, attrs)
    const { shape } = x.type
    const scaled = mul(result, placed(scale, shape, attrs.axes))
    return [add(scaled, placed(bias, shape, attrs.axes)), mean, reciprocalDeviation]
  },
  outputs: 1,
  backward: ([r, toMean, toReciprocal], { inputs, outputs, attrs: { axes } }) => {
    const [x, scale] = inputs as [AnyExpr, AnyExpr]
    const [, mean, reciprocalDeviation] = outputs as [AnyExpr, AnyExpr, AnyExpr]
    const [toX, toScale, toBias] = r ? layerNormBackward.all([r, x, scale, mean, reciprocalDeviation], { axes }) : []
    // At second order residuals arrive at the saved values as well.
    const bySaved = [
      meanBackward(toMean, x, axes),
      reciprocalDeviationBackward(toReciprocal, sub(x, mean), reciprocalDeviation, axes)
    ]
    return [totalOf([toX, ...bySaved]), toScale ?? null, toBias ?? null]
  },
  rule: "(g - mean(g) - x̂ · mean(g · x̂)) / deviation, with g = r · scale ; Σ r · x̂ ; Σ r"
})

/**
 * Layer normalisation: (x - mean) / √(variance + ε) · scale + bias, over axes (the last by default). Shape: `[...]` ->
 * `[...]`; scale and bias have the sizes of the axes. Throws a `ShapeError` for a scale or bias of another type, for
 * an axis out of range or without elements, and for other types than floats.
 *
 * J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer normalization" (2016).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.layerNorm(input("x", [2, 3]), { scale: input("scale", [3]), bias: input("bias", [3]) }).type.shape // => [2, 3]
 * ```
 */
export const layerNorm = (
  x: AnyExpr,
  options: NormOptions & { readonly axes?: ReadonlyArray<number> | number } = {}
): AnyExpr => {
  checkAccepted("layerNorm", "floats", [x])
  const axes = axesOf("layerNorm", x.type, options.axes ?? -1)
  checkNotEmpty("layerNorm", x.type, axes)
  return layerNormOver(affineInputs("layerNorm", x, axes, options), { axes, epsilon: options.epsilon ?? 1e-5 })
}
