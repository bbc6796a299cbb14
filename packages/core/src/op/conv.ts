import { composite } from "../composite.ts"
import type { AnyExpr } from "../expr.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import { add } from "./arithmetic.ts"
import { dot } from "./dot.ts"
import { isNumeric } from "./leaf.ts"
import { pad, transpose } from "./movement.ts"
import { onSpatialAxes, type Padding, type PerAxis, type Windows, windowsOf } from "./spatial.ts"
import { reshape } from "./stretch.ts"
import { window } from "./window.ts"

/** A bias for each output channel; strides, padding and dilation of the windows; groups of channels kept apart. */
export interface ConvolutionOptions {
  readonly bias?: AnyExpr
  readonly strides?: PerAxis
  readonly padding?: Padding
  readonly dilation?: PerAxis
  readonly groups?: number
}

interface ConvolutionAttrs extends Windows {
  readonly groups: number
}

/** A bias `[o]` added to `[n, o, ...s]`. */
export const addBias = (y: AnyExpr, bias: AnyExpr | undefined): AnyExpr =>
  bias === undefined ? y : add(y, reshape(bias, [...bias.type.shape, ...y.type.shape.slice(2).map(() => 1)]))

/** `[n, c, ...]` as `[groups, c / groups, ...]` with the batch behind: the operand of a product for each group. */
const grouped = (groups: number, rows: number, columns: number): ReadonlyArray<number> =>
  groups === 1 ? [rows, columns] : [groups, rows / groups, columns]

const convolution = (name: string, rank: number) => {
  const define = composite<ConvolutionAttrs>(name, {
    body: ([x, weight, bias], { sizes, strides, dilations, before, after, groups }) => {
      const value = x as AnyExpr
      const padded = pad(value, { before: onSpatialAxes(value, before), after: onSpatialAxes(value, after) })
      const windows = window(padded, { sizes, strides, dilations })
      const [batch, channels] = windows.type.shape as [number, number]
      const out = windows.type.shape.slice(2, 2 + rank)
      const spatial = out.map((_, axis) => 2 + axis)
      const patches = transpose(windows, [1, ...sizes.map((_, axis) => 2 + rank + axis), 0, ...spatial])
      const kernel = ShapeOf.size(sizes)
      const places = batch * ShapeOf.size(out)
      const outputs = (weight as AnyExpr).type.shape[0] as number
      // The weight stands on the left, where its layout is already that of a matrix.
      const product = dot(
        reshape(weight as AnyExpr, grouped(groups, outputs, (channels / groups) * kernel)),
        reshape(patches, grouped(groups, channels * kernel, places))
      )
      const channelsFirst = reshape(product, [outputs, batch, ...out])
      return addBias(transpose(channelsFirst, [1, 0, ...spatial]), bias)
    },
    rule: "windows of w · r, added up where they overlap ; r · windows of x ; Σ r"
  })
  return (x: AnyExpr, weight: AnyExpr, options: ConvolutionOptions = {}): AnyExpr => {
    const { bias, strides = 1, padding = 0, dilation = 1, groups = 1 } = options
    const operands = bias === undefined ? [x, weight] : [x, weight, bias]
    const types = operands.map(({ type }) => type)
    const form = `[n, c, ${spatialNames(rank)}] * [o, c / groups, ${kernelNames(rank)}]`
    const refuse = (what: string): never => {
      throw new ShapeError(name, types, form + what)
    }
    if (types.some(({ dtype }) => dtype !== x.type.dtype || !isNumeric(dtype))) refuse(" of one numeric type")
    if (x.type.shape.length !== rank + 2 || weight.type.shape.length !== rank + 2) refuse("")
    const [outputs, perGroup] = weight.type.shape as [number, number]
    const channels = x.type.shape[1] as number
    if (!Number.isInteger(groups) || groups < 1 || channels !== perGroup * groups || outputs % groups !== 0) {
      refuse(`, the channels are ${channels} and ${perGroup}, the outputs ${outputs}, the groups ${groups}`)
    }
    if (bias !== undefined && !ShapeOf.equals(bias.type.shape, [outputs])) refuse(` and a bias of [${outputs}]`)
    const windows = windowsOf(name, types, weight.type.shape.slice(2), { strides, padding, dilation })
    return define(operands, { ...windows, groups })
  }
}

const spatialNames = (rank: number): string => ["d", "h", "w"].slice(-rank).join(", ")
const kernelNames = (rank: number): string => ["kd", "kh", "kw"].slice(-rank).join(", ")

type Convolution = (x: AnyExpr, weight: AnyExpr, options?: ConvolutionOptions) => AnyExpr

/**
 * The cross-correlation of signals with weights that slide along one axis. `padding` is a number of zeros at both ends,
 * `"same"` or `"valid"`. Shape: `[n, c, w]` * `[o, c / groups, kw]` -> `[n, o, w']`, bias `[o]`. Throws a `ShapeError`
 * for operands and options that do not fit, and where no window does.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.conv1d(input("x", [2, 3, 9]), input("w", [4, 3, 3]), { strides: 2, padding: 1 }).type.shape // => [2, 4, 5]
 * ```
 */
export const conv1d: Convolution = convolution("conv1d", 1)

/**
 * The cross-correlation of images with weights that slide along two axes. `padding` is a number of zeros at both ends
 * (or one for each axis), `"same"` or `"valid"`; with `groups`, each group of channels has weights of its own. Shape:
 * `[n, c, h, w]` * `[o, c / groups, kh, kw]` -> `[n, o, h', w']`, bias `[o]`. Throws a `ShapeError` for operands and
 * options that do not fit, and where no window does.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const image = input("image", [1, 3, 8, 8])
 * const options = { bias: input("b", [16]), padding: "same" } as const
 * op.conv2d(image, input("w", [16, 3, 3, 3]), options).type.shape // => [1, 16, 8, 8]
 * ```
 */
export const conv2d: Convolution = convolution("conv2d", 2)

/**
 * The cross-correlation of volumes with weights that slide along three axes. Shape: `[n, c, d, h, w]` * `[o, c /
 * groups, kd, kh, kw]` -> `[n, o, d', h', w']`, bias `[o]`. Throws a `ShapeError` for operands and options that do not
 * fit, and where no window does.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.conv3d(input("x", [1, 2, 4, 4, 4]), input("w", [3, 2, 2, 2, 2])).type.shape // => [1, 3, 3, 3, 3]
 * ```
 */
export const conv3d: Convolution = convolution("conv3d", 3)
