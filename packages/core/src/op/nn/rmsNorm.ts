import { composite } from "../../composite.ts"
import type { AnyExpr } from "../../expr.ts"
import { add, mul } from "../arithmetic.ts"
import { axesOf } from "../axes.ts"
import { checkAccepted } from "../elementwiseComposite.ts"
import { rsqrt, square } from "../power.ts"
import { checkNotEmpty } from "../reduction.ts"
import { sub } from "../sign.ts"
import { sum } from "../stretch.ts"
import {
  affineInputs,
  axesBut,
  centre,
  type NormAttrs,
  type NormOptions,
  placed,
  reciprocalDeviationBackward,
  totalOf
} from "./standardise.ts"

/** The residuals of value and scale, from that of the result and the saved reciprocal. */
export const rmsNormBackward = composite<{ readonly axes: ReadonlyArray<number> }>("rmsNormBackward", {
  body: (inputs, { axes }) => {
    const [r, x, scale, reciprocal] = inputs as [AnyExpr, AnyExpr, AnyExpr, AnyExpr]
    const standard = mul(x, reciprocal)
    const scaled = mul(r, placed(scale, x.type.shape, axes))
    const alongNorm = mul(standard, centre(mul(scaled, standard), axes))
    return [mul(reciprocal, sub(scaled, alongNorm)), sum(mul(r, standard), { axes: axesBut(axes, x) })]
  }
})

/** Root mean square normalisation over checked axes, and its reciprocal root mean square, which is saved. */
export const rmsNormOver = composite<NormAttrs>("rmsNorm", {
  body: (inputs, { axes, epsilon }) => {
    const [x, scale] = inputs as [AnyExpr, AnyExpr]
    const reciprocal = rsqrt(add(centre(square(x), axes), epsilon))
    return [mul(mul(x, reciprocal), placed(scale, x.type.shape, axes)), reciprocal]
  },
  outputs: 1,
  backward: ([r, toReciprocal], { inputs, outputs, attrs: { axes } }) => {
    const [x, scale] = inputs as [AnyExpr, AnyExpr]
    const [, reciprocal] = outputs as [AnyExpr, AnyExpr]
    const [toX, toScale] = r ? rmsNormBackward.all([r, x, scale, reciprocal], { axes }) : []
    // At second order a residual arrives at the saved value as well.
    return [totalOf([toX, reciprocalDeviationBackward(toReciprocal, x, reciprocal, axes)]), toScale ?? null]
  },
  rule: "(g - x̂ · mean(g · x̂)) / root mean square, with g = r · scale ; Σ r · x̂"
})

/**
 * Root mean square normalisation: x / √(mean(x²) + ε) · scale, over axes (the last by default). Shape: `[...]` ->
 * `[...]`; the scale has the sizes of the axes. Throws a `ShapeError` for a scale of another type, for an axis out of
 * range or without elements, and for other types than floats.
 *
 * B. Zhang and R. Sennrich, "Root mean square layer normalization" (2019).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.rmsNorm(input("x", [2, 3]), { scale: input("scale", [3]) }).type.shape // => [2, 3]
 * ```
 */
export const rmsNorm = (
  x: AnyExpr,
  options: Omit<NormOptions, "bias"> & { readonly axes?: ReadonlyArray<number> | number } = {}
): AnyExpr => {
  checkAccepted("rmsNorm", "floats", [x])
  const axes = axesOf("rmsNorm", x.type, options.axes ?? -1)
  checkNotEmpty("rmsNorm", x.type, axes)
  const [, scale] = affineInputs("rmsNorm", x, axes, options)
  return rmsNormOver([x, scale], { axes, epsilon: options.epsilon ?? 1e-5 })
}
