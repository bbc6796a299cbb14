import type { AnyExpr, Dims, Expr } from "../expr.ts"
import { apply } from "../expr.ts"
import type { Shape } from "../shape.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import type { TensorType } from "../tensorType.ts"
import { axesOf } from "./axes.ts"
import { isNumeric, type LeafOptions, shapeOf } from "./leaf.ts"
import { primitive } from "./primitive.ts"

/** The attributes of `reshape` and `broadcast`: the shape of the result. */
export interface ShapeAttrs {
  readonly shape: Shape
}

export const reshapeOp = primitive<ShapeAttrs>("reshape", {
  infer: ([x], { shape }) => {
    const type = x as TensorType
    if (!ShapeOf.isValid(shape) || ShapeOf.size(shape) !== ShapeOf.size(type.shape)) {
      throw new ShapeError(
        "reshape",
        [type],
        `a shape of ${ShapeOf.size(type.shape)} elements, not [${shape.join(",")}]`
      )
    }
    return { dtype: type.dtype, shape }
  },
  backward: ([r], { inputs: [x] }) => [reshape(r as AnyExpr, (x as AnyExpr).type.shape)],
  rule: "reshape(r)"
})

/**
 * The same elements in row-major order under another shape; one size may be -1, and is then inferred. Shape: `[...]`
 * -> `dims`, of equally many elements. Throws a `ShapeError` otherwise.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.reshape(input("x", [2, 6]), [3, -1]).type.shape // => [3, 4]
 * ```
 */
export const reshape = <const S extends Dims>(x: AnyExpr, dims: S, options: LeafOptions = {}): Expr<[...S]> => {
  const wanted = shapeOf("reshape", dims, options.sizes)
  const open = wanted.indexOf(-1)
  const known = wanted.reduce((product, length, axis) => (axis === open ? product : product * length), 1)
  const shape =
    open < 0 || known === 0 || ShapeOf.size(x.type.shape) % known !== 0
      ? wanted
      : wanted.map((length, axis) => (axis === open ? ShapeOf.size(x.type.shape) / known : length))
  return ShapeOf.equals(shape, x.type.shape) ? x : apply(reshapeOp, [x], { shape })
}

export const broadcastOp = primitive<ShapeAttrs>("broadcast", {
  infer: ([x], { shape }) => {
    const type = x as TensorType
    if (
      !ShapeOf.isValid(shape) ||
      shape.length !== type.shape.length ||
      !type.shape.every((length, axis) => length === 1 || length === shape[axis])
    ) {
      throw new ShapeError("broadcast", [type], `sizes that are 1 or those of [${shape.join(",")}]`)
    }
    return { dtype: type.dtype, shape }
  },
  backward: ([r], { inputs: [x] }) => {
    const { shape } = (x as AnyExpr).type
    const stretched = (r as AnyExpr).type.shape
    const axes = shape.flatMap((length, axis) => (length === stretched[axis] ? [] : [axis]))
    return [sum(r as AnyExpr, { axes, keepDims: true })]
  },
  rule: "Σ r over the stretched axes"
})

/**
 * A value repeated along axes of size 1 and along new leading axes, by NumPy's rule. Shape: `[...]` -> `shape`. Throws a
 * `ShapeError` where the shapes do not broadcast.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.broadcastTo(input("bias", [3]), [2, 3]).type.shape // => [2, 3]
 * ```
 */
export const broadcastTo = <const S extends Dims>(x: AnyExpr, dims: S, options: LeafOptions = {}): Expr<[...S]> => {
  const shape = shapeOf("broadcastTo", dims, options.sizes)
  if (ShapeOf.equals(shape, x.type.shape)) return x
  const added = shape.length - x.type.shape.length
  if (added < 0) {
    throw new ShapeError("broadcastTo", [x.type], `at most the ${shape.length} axes of [${shape.join(",")}]`)
  }
  const fits = x.type.shape.every((length, axis) => length === 1 || length === shape[added + axis])
  if (!fits || !ShapeOf.isValid(shape)) {
    throw new ShapeError("broadcastTo", [x.type], `sizes that are 1 or the last of [${shape.join(",")}]`)
  }
  const aligned: AnyExpr = added === 0 ? x : reshape(x, [...new Array<number>(added).fill(1), ...x.type.shape])
  return ShapeOf.equals(shape, aligned.type.shape) ? aligned : apply(broadcastOp, [aligned], { shape })
}

/** The attributes of a reduction: sorted, distinct axes, each of which becomes 1. */
export interface AxesAttrs {
  readonly axes: ReadonlyArray<number>
}

/** The type of a reduction's result, which keeps the reduced axes at size 1. */
export const reducedType = (op: string, type: TensorType, axes: ReadonlyArray<number>): TensorType => {
  const legal = axes.every(
    (axis, at) =>
      Number.isInteger(axis) && axis >= 0 && axis < type.shape.length && (at === 0 || axis > (axes[at - 1] as number))
  )
  if (!legal) throw new ShapeError(op, [type], `distinct axes of its ${type.shape.length}, not [${axes.join(",")}]`)
  return { dtype: type.dtype, shape: type.shape.map((length, axis) => (axes.includes(axis) ? 1 : length)) }
}

export const sumOp = primitive<AxesAttrs>("sum", {
  infer: ([x], { axes }) => {
    const type = x as TensorType
    if (!isNumeric(type.dtype)) throw new ShapeError("sum", [type], "numbers; cast a bool first")
    return reducedType("sum", type, axes)
  },
  backward: ([r], { inputs: [x] }) => [broadcastTo(r as AnyExpr, (x as AnyExpr).type.shape)],
  rule: "r, repeated along the reduced axes"
})

/** Which axes a reduction runs over (all of them by default, negative ones count from the end), and whether it keeps them at size 1. */
export interface ReductionOptions {
  readonly axes?: ReadonlyArray<number> | number
  readonly keepDims?: boolean
}

/** Drops the axes that a reduction kept at size 1, unless they were asked for. */
export const dropAxes = (reduced: AnyExpr, axes: ReadonlyArray<number>, keepDims: boolean | undefined): AnyExpr =>
  keepDims === true
    ? reduced
    : reshape(
        reduced,
        reduced.type.shape.filter((_, axis) => !axes.includes(axis))
      )

/**
 * The sum over axes; over no elements it is 0. Shape: `[...]` -> `[...]` without `axes`, or with them at size 1. Throws
 * a `ShapeError` for an axis out of range.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.sum(input("x", [2, 3]), { axes: [0] }).type.shape // => [3]
 * ```
 */
export const sum = (x: AnyExpr, options: ReductionOptions = {}): AnyExpr => {
  const axes = axesOf("sum", x.type, options.axes)
  return dropAxes(axes.length === 0 ? x : apply(sumOp, [x], { axes }), axes, options.keepDims)
}

/**
 * The value with an axis of size 1 added, which stands at `axis` of the result. Shape: `[...]` -> `[..., 1, ...]`.
 * Throws a `ShapeError` for an axis out of range.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.expandDims(input("x", [2, 3]), -1).type.shape // => [2, 3, 1]
 * ```
 */
export const expandDims = (x: AnyExpr, axis: number): AnyExpr => {
  const rank = x.type.shape.length + 1
  const at = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(at) || at < 0 || at >= rank) {
    throw new ShapeError("expandDims", [x.type], `an axis from ${-rank} to ${rank - 1}, not ${axis}`)
  }
  return reshape(x, [...x.type.shape.slice(0, at), 1, ...x.type.shape.slice(at)])
}

/**
 * The value without axes of size 1: those given, or all of them. Shape: `[..., 1, ...]` -> `[...]`. Throws a
 * `ShapeError` for an axis of another size.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.squeeze(input("x", [2, 1, 3, 1])).type.shape // => [2, 3]
 * ```
 */
export const squeeze = (x: AnyExpr, axes?: ReadonlyArray<number> | number): AnyExpr => {
  const { shape } = x.type
  const dropped =
    axes === undefined ? shape.flatMap((length, axis) => (length === 1 ? [axis] : [])) : axesOf("squeeze", x.type, axes)
  if (dropped.some((axis) => shape[axis] !== 1)) {
    throw new ShapeError("squeeze", [x.type], `axes of size 1, not [${dropped.join(",")}]`)
  }
  return reshape(
    x,
    shape.filter((_, axis) => !dropped.includes(axis))
  )
}
