import type { AnyExpr, Primitive } from "../expr.ts"
import { apply } from "../expr.ts"
import { ShapeError } from "../shapeError.ts"
import type { TensorType } from "../tensorType.ts"
import { isNumeric } from "./leaf.ts"
import { primitive } from "./primitive.ts"

/**
 * The attributes of `window` and `unwindow`: for each of the last `sizes.length` axes, how many elements a window
 * takes, how far apart windows start, how far apart a window's elements are, and the axis's length.
 */
export interface WindowAttrs {
  readonly sizes: ReadonlyArray<number>
  readonly strides: ReadonlyArray<number>
  readonly dilations: ReadonlyArray<number>
  readonly lengths: ReadonlyArray<number>
}

/** How many windows fit on each axis. */
const counts = ({ sizes, strides, dilations, lengths }: WindowAttrs): ReadonlyArray<number> =>
  sizes.map((size, at) => {
    const span = (dilations[at] as number) * (size - 1) + 1
    return Math.max(0, Math.floor(((lengths[at] as number) - span) / (strides[at] as number)) + 1)
  })

const check = (op: string, type: TensorType, attrs: WindowAttrs): void => {
  const { sizes, strides, dilations, lengths } = attrs
  const positive = (numbers: ReadonlyArray<number>): boolean =>
    numbers.length === sizes.length && numbers.every((number) => Number.isInteger(number) && number >= 1)
  if (!positive(sizes) || !positive(strides) || !positive(dilations) || lengths.length !== sizes.length) {
    throw new ShapeError(
      op,
      [type],
      `sizes, strides and dilations of at least 1, not [${sizes.join(",")}], [${strides.join(",")}], [${dilations.join(",")}]`
    )
  }
  if (!isNumeric(type.dtype)) throw new ShapeError(op, [type], "numbers")
}

export const windowOp: Primitive<WindowAttrs> = primitive<WindowAttrs>("window", {
  infer: ([x], attrs) => {
    const type = x as TensorType
    check("window", type, attrs)
    const rank = attrs.sizes.length
    const outer = type.shape.slice(0, -rank)
    if (type.shape.length < rank || attrs.lengths.some((length, at) => length !== type.shape[outer.length + at])) {
      throw new ShapeError("window", [type], `last axes of [${attrs.lengths.join(",")}]`)
    }
    return { dtype: type.dtype, shape: [...outer, ...counts(attrs), ...attrs.sizes] }
  },
  backward: ([r], { attrs }) => [apply(unwindowOp, [r as AnyExpr], attrs)],
  rule: "r, overlapping windows added up"
})

export const unwindowOp: Primitive<WindowAttrs> = primitive<WindowAttrs>("unwindow", {
  infer: ([x], attrs) => {
    const type = x as TensorType
    check("unwindow", type, attrs)
    const rank = attrs.sizes.length
    const outer = type.shape.slice(0, -2 * rank)
    const inner = [...counts(attrs), ...attrs.sizes]
    if (type.shape.length < 2 * rank || inner.some((length, at) => length !== type.shape[outer.length + at])) {
      throw new ShapeError("unwindow", [type], `last axes of [${inner.join(",")}]`)
    }
    return { dtype: type.dtype, shape: [...outer, ...attrs.lengths] }
  },
  backward: ([r], { attrs }) => [apply(windowOp, [r as AnyExpr], attrs)],
  rule: "windows of r"
})

/** Size, stride and dilation of windows along the last axes. */
export interface WindowOptions {
  readonly sizes: ReadonlyArray<number>
  readonly strides?: ReadonlyArray<number>
  readonly dilations?: ReadonlyArray<number>
}

/**
 * Every window of a value along its last axes: what convolution and pooling read. Windows that do not fit are left
 * out; pad first. Shape: `[...b, ...n]` -> `[...b, ...windows, ...sizes]`. Throws a `ShapeError` for sizes, strides or
 * dilations below 1.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.window(input("x", [2, 8]), { sizes: [3], strides: [2] }).type.shape // => [2, 3, 3]
 * ```
 */
export const window = (x: AnyExpr, options: WindowOptions): AnyExpr => {
  const { sizes } = options
  const lengths = x.type.shape.slice(-sizes.length)
  const ones = sizes.map(() => 1)
  return apply(windowOp, [x], {
    sizes,
    strides: options.strides ?? ones,
    dilations: options.dilations ?? ones,
    lengths
  })
}

/**
 * Windows added up where they overlap: the transpose of `window`, and what its residual goes through. Shape:
 * `[...b, ...windows, ...sizes]` -> `[...b, ...lengths]`. Throws a `ShapeError` where the windows are not those of
 * `lengths`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.unwindow(input("w", [2, 3, 3]), { sizes: [3], strides: [2], lengths: [8] }).type.shape // => [2, 8]
 * ```
 */
export const unwindow = (x: AnyExpr, options: WindowOptions & { readonly lengths: ReadonlyArray<number> }): AnyExpr => {
  const { sizes, lengths } = options
  const ones = sizes.map(() => 1)
  return apply(unwindowOp, [x], {
    sizes,
    strides: options.strides ?? ones,
    dilations: options.dilations ?? ones,
    lengths
  })
}
