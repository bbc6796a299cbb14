import { composite } from "../../composite.ts"
import type { AnyExpr } from "../../expr.ts"
import * as ShapeOf from "../../shape.ts"
import { ShapeError } from "../../shapeError.ts"
import { checkAccepted } from "../elementwiseComposite.ts"
import { checkNotEmpty } from "../reduction.ts"
import { reshape } from "../stretch.ts"
import { channels, checkChannels, scaledByChannel } from "./channels.ts"
import { affineInputs, axesBut, type NormAttrs, type NormOptions, standardise } from "./standardise.ts"

const groups = composite<{ readonly groups: number; readonly epsilon: number }>("groupNorm", {
  body: (inputs, { groups, epsilon }) => {
    const [x, scale, bias] = inputs as [AnyExpr, AnyExpr, AnyExpr]
    const { shape } = x.type
    const [batch, ...rest] = shape as readonly [number, ...Array<number>]
    const grouped = reshape(x, [batch, groups, ShapeOf.size(rest) / groups])
    return scaledByChannel(reshape(standardise([grouped], { axes: [2], epsilon }), shape), scale, bias)
  },
  rule: "(g - mean(g) - x̂ · mean(g · x̂)) / deviation, with g = r · scale ; Σ r · x̂ ; Σ r"
})

/**
 * Group normalisation: the channels of each row are normalised in groups, with all that lies behind them. Shape:
 * `[batch, channels, ...]` -> the same; scale and bias are `[channels]`. Throws a `ShapeError` for a number of groups
 * that does not divide the channels, for a scale or bias of another type, and for other types than floats.
 *
 * Y. Wu and K. He, "Group normalization" (2018).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.groupNorm(input("x", [2, 4, 3, 3]), { groups: 2 }).type.shape // => [2, 4, 3, 3]
 * ```
 */
export const groupNorm = (x: AnyExpr, options: NormOptions & { readonly groups: number }): AnyExpr => {
  checkChannels("groupNorm", x)
  const { groups: count, epsilon = 1e-5 } = options
  if (!Number.isInteger(count) || count < 1 || (x.type.shape[1] as number) % count !== 0) {
    throw new ShapeError("groupNorm", [x.type], `a number of groups that divides its channels, not ${count}`)
  }
  checkNotEmpty("groupNorm", x.type, axesBut([0], x))
  return groups(affineInputs("groupNorm", x, channels, options), { groups: count, epsilon })
}

const instances = composite<NormAttrs>("instanceNorm", {
  body: (inputs, attrs) => {
    const [x, scale, bias] = inputs as [AnyExpr, AnyExpr, AnyExpr]
    return scaledByChannel(standardise([x], attrs), scale, bias)
  },
  rule: "(g - mean(g) - x̂ · mean(g · x̂)) / deviation, with g = r · scale ; Σ r · x̂ ; Σ r"
})

/**
 * Instance normalisation: each channel of each row is normalised over what lies behind it. Shape: `[batch, channels,
 * n, ...]` -> the same; scale and bias are `[channels]`. Throws a `ShapeError` where nothing lies behind the channels,
 * for a scale or bias of another type, and for other types than floats.
 *
 * D. Ulyanov, A. Vedaldi and V. Lempitsky, "Instance normalization" (2016).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.instanceNorm(input("x", [2, 3, 4, 4])).type.shape // => [2, 3, 4, 4]
 * ```
 */
export const instanceNorm = (x: AnyExpr, options: NormOptions = {}): AnyExpr => {
  checkAccepted("instanceNorm", "floats", [x])
  if (x.type.shape.length < 3) throw new ShapeError("instanceNorm", [x.type], "[batch, channels, n, ...]")
  const axes = axesBut([0, 1], x)
  checkNotEmpty("instanceNorm", x.type, axes)
  return instances(affineInputs("instanceNorm", x, channels, options), { axes, epsilon: options.epsilon ?? 1e-5 })
}
