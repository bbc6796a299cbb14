import { composite } from "../composite.ts"
import type { AnyExpr } from "../expr.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import { addBias } from "./conv.ts"
import { dot } from "./dot.ts"
import { isNumeric } from "./leaf.ts"
import { pad, slice, swapLast, transpose } from "./movement.ts"
import { onSpatialAxes, type PerAxis, perAxis } from "./spatial.ts"
import { reshape } from "./stretch.ts"
import { unwindow } from "./window.ts"

/**
 * A bias for each output channel; strides, padding and dilation of the convolution that this is the transpose of; how
 * much longer the result is than the shortest one which that convolution takes to `x`; groups of channels kept apart.
 */
export interface ConvTransposeOptions {
  readonly bias?: AnyExpr
  readonly strides?: PerAxis
  readonly padding?: PerAxis
  readonly outputPadding?: PerAxis
  readonly dilation?: PerAxis
  readonly groups?: number
}

interface ConvTransposeAttrs {
  readonly strides: ReadonlyArray<number>
  readonly padding: ReadonlyArray<number>
  readonly outputPadding: ReadonlyArray<number>
  readonly dilations: ReadonlyArray<number>
  readonly groups: number
}

const convTranspose2dOp = composite<ConvTransposeAttrs>("convTranspose2d", {
  body: ([x, weight, bias], { strides, padding, outputPadding, dilations, groups }) => {
    const [batch, channels, ...lengths] = (x as AnyExpr).type.shape as [number, number, ...Array<number>]
    const [, perGroup, ...sizes] = (weight as AnyExpr).type.shape as [number, number, ...Array<number>]
    const outputs = perGroup * groups
    const places = batch * ShapeOf.size(lengths)
    const outer = groups === 1 ? [] : [groups]
    const product = dot(
      swapLast(reshape(weight as AnyExpr, [...outer, channels / groups, perGroup * ShapeOf.size(sizes)])),
      reshape(transpose(x as AnyExpr, [1, 0, 2, 3]), [...outer, channels / groups, places])
    )
    const windows = transpose(reshape(product, [outputs, ...sizes, batch, ...lengths]), [3, 0, 4, 5, 1, 2])
    const whole = lengths.map((length, axis) => {
      const span = (dilations[axis] as number) * ((sizes[axis] as number) - 1) + 1
      return (length - 1) * (strides[axis] as number) + span
    })
    const added = unwindow(windows, { sizes, strides, dilations, lengths: whole })
    const longer = outputPadding.map((count, axis) => count - (padding[axis] as number))
    const cropped = slice(added, {
      starts: onSpatialAxes(added, padding),
      stops: [batch, outputs, ...whole.map((length, axis) => length + Math.min(0, longer[axis] as number))]
    })
    const y = pad(cropped, {
      after: onSpatialAxes(
        cropped,
        longer.map((count) => Math.max(0, count))
      )
    })
    return addBias(y, bias)
  },
  rule: "the convolution of r with w ; x · windows of r ; Σ r"
})

/**
 * The transpose of `conv2d`: each element of the value spreads the weights over a window, and windows are added up
 * where they overlap. The weight's layout is that of the convolution it transposes. Shape: `[n, c, h, w]` * `[c, o /
 * groups, kh, kw]` -> `[n, o, h', w']` with `h' = (h - 1) · stride - 2 · padding + dilation · (kh - 1) + 1 +
 * outputPadding`, bias `[o]`. Throws a `ShapeError` for operands and options that do not fit.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const up = { strides: 2, padding: 1, outputPadding: 1 }
 * op.convTranspose2d(input("x", [1, 3, 4, 4]), input("w", [3, 2, 3, 3]), up).type.shape // => [1, 2, 8, 8]
 * ```
 */
export const convTranspose2d = (x: AnyExpr, weight: AnyExpr, options: ConvTransposeOptions = {}): AnyExpr => {
  const { bias, groups = 1 } = options
  const operands = bias === undefined ? [x, weight] : [x, weight, bias]
  const types = operands.map(({ type }) => type)
  const refuse = (what: string): never => {
    throw new ShapeError("convTranspose2d", types, `[n, c, h, w] * [c, o / groups, kh, kw]${what}`)
  }
  if (types.some(({ dtype }) => dtype !== x.type.dtype || !isNumeric(dtype))) refuse(" of one numeric type")
  if (x.type.shape.length !== 4 || weight.type.shape.length !== 4) refuse("")
  const [channels, perGroup, ...sizes] = weight.type.shape as [number, number, number, number]
  if (channels !== x.type.shape[1] || !Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    refuse(`, the channels are ${x.type.shape[1]} and ${channels}, the groups ${groups}`)
  }
  const outputs = perGroup * groups
  if (bias !== undefined && !ShapeOf.equals(bias.type.shape, [outputs])) refuse(` and a bias of [${outputs}]`)
  const each = (what: string, given: PerAxis, least: number): ReadonlyArray<number> =>
    perAxis("convTranspose2d", types, what, given, 2, least)
  const strides = each("strides", options.strides ?? 1, 1)
  const padding = each("padding", options.padding ?? 0, 0)
  const outputPadding = each("an output padding", options.outputPadding ?? 0, 0)
  const dilations = each("a dilation", options.dilation ?? 1, 1)
  if (outputPadding.some((count, axis) => count >= Math.max(strides[axis] as number, dilations[axis] as number))) {
    refuse(`, and an output padding below the stride or the dilation, not [${outputPadding.join(",")}]`)
  }
  const shortest = x.type.shape.slice(2).map((length, axis) => {
    const span = (dilations[axis] as number) * ((sizes[axis] as number) - 1) + 1
    return (
      (length - 1) * (strides[axis] as number) + span - 2 * (padding[axis] as number) + (outputPadding[axis] as number)
    )
  })
  if (shortest.some((length) => length < 1))
    refuse(`, and a result of at least one element, not [${shortest.join(",")}]`)
  return convTranspose2dOp(operands, { strides, padding, outputPadding, dilations, groups })
}
