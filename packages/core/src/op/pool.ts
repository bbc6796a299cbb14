import { composite } from "../composite.ts"
import { isFloat } from "../dtype.ts"
import type { AnyExpr } from "../expr.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import { div } from "./arithmetic.ts"
import { equal } from "./compare.ts"
import { argMax } from "./extremum.ts"
import { constant, iota } from "./leaf.ts"
import { pad, slice } from "./movement.ts"
import { max } from "./order.ts"
import { onSpatialAxes, type PerAxis, perAxis, type Windows, windowsOf } from "./spatial.ts"
import { expandDims, reshape, sum } from "./stretch.ts"
import { where } from "./where.ts"
import { unwindow, window } from "./window.ts"

/** The size of windows, their strides (the size by default), padding and dilation. */
export interface MaxPoolOptions {
  readonly kernel: PerAxis
  readonly strides?: PerAxis
  readonly padding?: PerAxis
  readonly dilation?: PerAxis
}

/** The size of windows, their strides (the size by default) and padding, and whether what was padded counts. */
export interface AveragePoolOptions {
  readonly kernel: PerAxis
  readonly strides?: PerAxis
  readonly padding?: PerAxis
  readonly countIncludePad?: boolean
}

const poolWindows = (name: string, rank: number, x: AnyExpr, options: MaxPoolOptions): Windows => {
  const { type } = x
  if (type.shape.length !== rank + 2 || !isFloat(type.dtype)) {
    throw new ShapeError(name, [type], `floats [n, c, ${["h", "w"].slice(-rank).join(", ")}]`)
  }
  const sizes = perAxis(name, [type], "a kernel", options.kernel, rank, 1)
  const { strides = sizes, padding = 0, dilation = 1 } = options
  const windows = windowsOf(name, [type], sizes, { strides, padding, dilation })
  if (windows.before.some((count, axis) => 2 * count > (sizes[axis] as number))) {
    throw new ShapeError(name, [type], `padding of at most half the kernel, not [${windows.before.join(",")}]`)
  }
  return windows
}

/** The windows of a value with `value` around it, the elements of each along one last axis. */
const windowsAround = (x: AnyExpr, { sizes, strides, dilations, before, after }: Windows, value: number): AnyExpr => {
  const padded = pad(x, { before: onSpatialAxes(x, before), after: onSpatialAxes(x, after), value })
  const windows = window(padded, { sizes, strides, dilations })
  return reshape(windows, [...windows.type.shape.slice(0, -sizes.length), ShapeOf.size(sizes)])
}

const elements = { axes: [-1] }

const maxPoolBackward = composite<Windows>("maxPoolBackward", {
  body: ([r, x], attrs) => {
    const { sizes, strides, dilations, before, after } = attrs
    const windows = windowsAround(x as AnyExpr, attrs, Number.NEGATIVE_INFINITY)
    const first = expandDims(argMax(windows, { axis: -1 }), -1)
    const places = iota([ShapeOf.size(sizes)])
    const handed = where(equal(places, first), expandDims(r as AnyExpr, -1), 0)
    const { shape } = (x as AnyExpr).type
    const lengths = shape.slice(2).map((length, axis) => (before[axis] as number) + length + (after[axis] as number))
    const spread = reshape(handed, [...windows.type.shape.slice(0, -1), ...sizes])
    const added = unwindow(spread, { sizes, strides, dilations, lengths })
    const starts = onSpatialAxes(added, before)
    return slice(added, { starts, stops: shape.map((length, axis) => (starts[axis] as number) + length) })
  }
})

const maxPool = (name: string, rank: number) => {
  const define = composite<Windows>(name, {
    body: ([x], attrs) => max(windowsAround(x as AnyExpr, attrs, Number.NEGATIVE_INFINITY), elements),
    backward: ([r], { inputs: [x], attrs }) => [maxPoolBackward([r as AnyExpr, x as AnyExpr], attrs)],
    rule: "r at the first greatest element of each window"
  })
  return (x: AnyExpr, options: MaxPoolOptions): AnyExpr => define([x], poolWindows(name, rank, x, options))
}

type MaxPool = (x: AnyExpr, options: MaxPoolOptions) => AnyExpr

/**
 * The greatest element of each window; NaN where it holds one. What is padded is -∞. The first of equal elements takes
 * the residual. Shape: `[n, c, w]` -> `[n, c, w']`. Throws a `ShapeError` for another rank or type, where no window
 * fits, and for padding of more than half the kernel.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.maxPool1d(input("x", [2, 3, 8]), { kernel: 2 }).type.shape // => [2, 3, 4]
 * ```
 */
export const maxPool1d: MaxPool = maxPool("maxPool1d", 1)

/**
 * The greatest element of each window; NaN where it holds one. What is padded is -∞. The first of equal elements, in
 * row-major order of the window, takes the residual. Shape: `[n, c, h, w]` -> `[n, c, h', w']`. Throws a `ShapeError`
 * for another rank or type, where no window fits, and for padding of more than half the kernel.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.maxPool2d(input("x", [1, 3, 7, 7]), { kernel: 3, strides: 2, padding: 1 }).type.shape // => [1, 3, 4, 4]
 * ```
 */
export const maxPool2d: MaxPool = maxPool("maxPool2d", 2)

interface AveragePoolAttrs extends Windows {
  readonly countIncludePad: boolean
}

/** How many elements of the value, without what is padded, each window along an axis of so many elements holds. */
const realCounts = (length: number, windows: Windows, axis: number): ReadonlyArray<number> => {
  const [size, stride, before, after] = [windows.sizes, windows.strides, windows.before, windows.after].map(
    (numbers) => numbers[axis]
  ) as [number, number, number, number]
  const count = Math.floor((before + length + after - size) / stride) + 1
  return Array.from({ length: count }, (_, at) => {
    const start = at * stride - before
    return Math.min(length, start + size) - Math.max(0, start)
  })
}

const averagePool = (name: string, rank: number) => {
  const define = composite<AveragePoolAttrs>(name, {
    body: ([given], attrs) => {
      const x = given as AnyExpr
      const total = sum(windowsAround(x, attrs, 0), elements)
      if (attrs.countIncludePad) return div(total, ShapeOf.size(attrs.sizes))
      const perAxis = x.type.shape.slice(2).map((length, axis) => realCounts(length, attrs, axis))
      const counts = perAxis.reduce<ReadonlyArray<number>>(
        (rows, columns) => rows.flatMap((row) => columns.map((column) => row * column)),
        [1]
      )
      const shape = perAxis.map((along) => along.length)
      return div(total, constant(counts, { dtype: x.type.dtype, shape }))
    },
    rule: "r / n, overlapping windows added up"
  })
  return (x: AnyExpr, options: AveragePoolOptions): AnyExpr =>
    define([x], { ...poolWindows(name, rank, x, options), countIncludePad: options.countIncludePad ?? true })
}

type AveragePool = (x: AnyExpr, options: AveragePoolOptions) => AnyExpr

/**
 * The mean of each window. What is padded is 0, and counts unless `countIncludePad` is false. Shape: `[n, c, w]` ->
 * `[n, c, w']`. Throws a `ShapeError` for another rank or type, where no window fits, and for padding of more than half
 * the kernel.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.avgPool1d(input("x", [2, 3, 8]), { kernel: 2 }).type.shape // => [2, 3, 4]
 * ```
 */
export const avgPool1d: AveragePool = averagePool("avgPool1d", 1)

/**
 * The mean of each window. What is padded is 0, and counts unless `countIncludePad` is false. Shape: `[n, c, h, w]` ->
 * `[n, c, h', w']`. Throws a `ShapeError` for another rank or type, where no window fits, and for padding of more than
 * half the kernel.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const unpadded = { kernel: 3, strides: 2, padding: 1, countIncludePad: false }
 * op.avgPool2d(input("x", [1, 3, 7, 7]), unpadded).type.shape // => [1, 3, 4, 4]
 * ```
 */
export const avgPool2d: AveragePool = averagePool("avgPool2d", 2)
