import { composite } from "../composite.ts"
import type { AnyExpr } from "../expr.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import { isNumeric } from "./leaf.ts"
import { pad, transpose } from "./movement.ts"
import { onSpatialAxes, type Padding, type PerAxis, perAxis, type Windows, windowsOf } from "./spatial.ts"
import { reshape } from "./stretch.ts"
import { window } from "./window.ts"

/** The size of windows, their strides, padding and dilation. */
export interface UnfoldOptions {
  readonly kernel: PerAxis
  readonly strides?: PerAxis
  readonly padding?: Padding
  readonly dilation?: PerAxis
}

const unfoldOp = composite<Windows>("unfold", {
  body: ([x], { sizes, strides, dilations, before, after }) => {
    const value = x as AnyExpr
    const padded = pad(value, { before: onSpatialAxes(value, before), after: onSpatialAxes(value, after) })
    const windows = window(padded, { sizes, strides, dilations })
    const [batch, channels, ...rest] = windows.type.shape as [number, number, ...Array<number>]
    const columns = ShapeOf.size(rest.slice(0, 2))
    return reshape(transpose(windows, [0, 1, 4, 5, 2, 3]), [batch, channels * ShapeOf.size(sizes), columns])
  },
  rule: "r, overlapping windows added up"
})

/**
 * The windows of images as columns, in PyTorch's layout: a column holds a window's elements channel by channel, and
 * columns come in row-major order of the windows. Shape: `[n, c, h, w]` -> `[n, c · kh · kw, windows]`. Throws a
 * `ShapeError` for another rank, and where no window fits.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.unfold(input("x", [1, 2, 4, 4]), { kernel: 3, padding: 1 }).type.shape // => [1, 18, 16]
 * ```
 */
export const unfold = (x: AnyExpr, options: UnfoldOptions): AnyExpr => {
  const { kernel, strides = 1, padding = 0, dilation = 1 } = options
  if (x.type.shape.length !== 4 || !isNumeric(x.type.dtype))
    throw new ShapeError("unfold", [x.type], "numbers [n, c, h, w]")
  const sizes = perAxis("unfold", [x.type], "a kernel", kernel, 2, 1)
  return unfoldOp([x], windowsOf("unfold", [x.type], sizes, { strides, padding, dilation }))
}
