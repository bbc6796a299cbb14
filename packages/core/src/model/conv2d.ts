import type { AnyExpr } from "../expr.ts"
import { type ConvolutionOptions, conv2d as convolve } from "../op/conv.ts"
import type { Initialiser } from "./initialiser.ts"
import { type Model, make, parameter } from "./model.ts"

/** The channels and the window of a convolution, and what `op.conv2d` accepts beside them. */
export interface Conv2dOptions extends Omit<ConvolutionOptions, "bias"> {
  readonly in: number
  readonly out: number
  /** The height and width of the window, or both at once. */
  readonly kernel: number | readonly [number, number]
  readonly bias?: boolean
  /** The weight's: uniform with variance 1 / (3 · in · kernel) by default. The bias starts at 0. */
  readonly initialiser?: Initialiser
}

/**
 * A convolution of images, with `weight` `[out, in / groups, height, width]` and, unless `bias` is false, `bias` `[out]`.
 * Input: `[batch, in, h, w]` -> `[batch, out, h', w']`.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.parameters(Model.conv2d({ in: 3, out: 8, kernel: 5, padding: 2 }))["weight"]?.shape // => [8, 3, 5, 5]
 * ```
 */
export const conv2d = (options: Conv2dOptions): Model<AnyExpr, AnyExpr> => {
  const { in: channels, out, kernel, bias: hasBias = true, initialiser, ...how } = options
  const [height, width] = typeof kernel === "number" ? [kernel, kernel] : kernel
  const weight = parameter(
    [out, channels / (how.groups ?? 1), height, width],
    initialiser === undefined ? {} : { initialiser }
  )
  return hasBias
    ? make({ weight, bias: parameter([out]) }, ({ weight, bias }, x: AnyExpr) => convolve(x, weight, { ...how, bias }))
    : make({ weight }, ({ weight }, x: AnyExpr) => convolve(x, weight, how))
}
