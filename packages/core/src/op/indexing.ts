import { isInteger } from "../dtype.ts"
import type { AnyExpr, Primitive } from "../expr.ts"
import { apply } from "../expr.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import type { TensorType } from "../tensorType.ts"
import { axisOf } from "./axes.ts"
import { fill } from "./leaf.ts"
import { primitive } from "./primitive.ts"

/**
 * The attributes of `gather`. The first `batch` axes of operand and indices are walked together; of the operand, `axis`
 * (not less than `batch`) is looked up. What lies outside reads as `outside`, which is 0 in integer results.
 */
export interface GatherAttrs {
  readonly axis: number
  readonly batch: number
  readonly outside: number
}

const checkIndices = (op: string, types: ReadonlyArray<TensorType>, axis: number, batch: number): void => {
  const [x, indices] = types as readonly [TensorType, TensorType]
  const legal =
    isInteger(indices.dtype) &&
    Number.isInteger(axis) &&
    axis >= batch &&
    axis < x.shape.length &&
    batch >= 0 &&
    batch <= indices.shape.length &&
    ShapeOf.equals(x.shape.slice(0, batch), indices.shape.slice(0, batch))
  if (!legal)
    throw new ShapeError(
      op,
      types,
      `integer indices that share the first ${batch} axes, and an axis from there on, not ${axis}`
    )
}

const gatheredShape = (x: TensorType, indices: TensorType, axis: number, batch: number): ReadonlyArray<number> => [
  ...x.shape.slice(0, axis),
  ...indices.shape.slice(batch),
  ...x.shape.slice(axis + 1)
]

export const gatherOp: Primitive<GatherAttrs> = primitive<GatherAttrs>("gather", {
  infer: (types, { axis, batch }) => {
    checkIndices("gather", types, axis, batch)
    const [x, indices] = types as readonly [TensorType, TensorType]
    return { dtype: x.dtype, shape: gatheredShape(x, indices, axis, batch) }
  },
  backward: ([r], { inputs: [x, indices], attrs: { axis, batch } }) => [
    apply(scatterAddOp, [fill(0, (x as AnyExpr).type), indices as AnyExpr, r as AnyExpr], { axis, batch }),
    null
  ],
  rule: "r, added up where each element was read ; none"
})

/** The attributes of `scatterAdd`, which walks its operands as `gather` does. */
export interface ScatterAddAttrs {
  readonly axis: number
  readonly batch: number
}

export const scatterAddOp: Primitive<ScatterAddAttrs> = primitive<ScatterAddAttrs>("scatterAdd", {
  infer: (types, { axis, batch }) => {
    checkIndices("scatterAdd", types, axis, batch)
    const [target, indices, updates] = types as readonly [TensorType, TensorType, TensorType]
    const shape = gatheredShape(target, indices, axis, batch)
    if (updates.dtype !== target.dtype || target.dtype === "bool" || !ShapeOf.equals(updates.shape, shape)) {
      throw new ShapeError("scatterAdd", types, `updates of type ${target.dtype}[${shape.join(",")}]`)
    }
    return target
  },
  backward: ([r], { inputs: [, indices], attrs: { axis, batch } }) => [
    r as AnyExpr,
    null,
    apply(gatherOp, [r as AnyExpr, indices as AnyExpr], { axis, batch, outside: 0 })
  ],
  rule: "r ; none ; r at the indices"
})

/**
 * Whole slices of a value at integer indices along an axis. An index outside gives NaN, or 0 in an integer result.
 * Shape: `[...a, n, ...b]`, indices `[...i]` -> `[...a, ...i, ...b]`. Throws a `ShapeError` for indices that are not
 * integers.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.gather(input("x", [3, 6]), input("at", [5], { dtype: "i32" }), { axis: 1 }).type.shape // => [3, 5]
 * ```
 */
export const gather = (x: AnyExpr, indices: AnyExpr, options: { readonly axis?: number } = {}): AnyExpr =>
  apply(gatherOp, [x, indices], { axis: axisOf("gather", x.type, options.axis ?? 0), batch: 0, outside: Number.NaN })

type NoAttrs = Readonly<Record<never, never>>

/** The attributes of `dynamicSlice`: how much it takes from each axis, and what lies outside reads as. */
export interface DynamicSliceAttrs {
  readonly sizes: ReadonlyArray<number>
  readonly outside: number
}

const checkStart = (op: string, types: ReadonlyArray<TensorType>, start: TensorType | undefined): void => {
  const rank = (types[0] as TensorType).shape.length
  if (start === undefined || start.dtype !== "i32" || !ShapeOf.equals(start.shape, [rank])) {
    throw new ShapeError(op, types, `a start of type i32[${rank}]`)
  }
}

export const dynamicSliceOp = primitive<DynamicSliceAttrs>("dynamicSlice", {
  infer: (types, { sizes }) => {
    const [x, start] = types as readonly [TensorType, TensorType]
    checkStart("dynamicSlice", types, start)
    const legal =
      sizes.length === x.shape.length &&
      ShapeOf.isValid(sizes) &&
      sizes.every((size, axis) => size <= (x.shape[axis] as number))
    if (!legal) throw new ShapeError("dynamicSlice", types, `sizes within the operand's, not [${sizes.join(",")}]`)
    return { dtype: x.dtype, shape: sizes }
  },
  backward: ([r], { inputs: [x, start] }) => [
    apply(dynamicUpdateSliceOp, [fill(0, (x as AnyExpr).type), r as AnyExpr, start as AnyExpr], {}),
    null
  ],
  rule: "r among zeros, at the start ; none"
})

export const dynamicUpdateSliceOp: Primitive<NoAttrs> = primitive<NoAttrs>("dynamicUpdateSlice", {
  infer: (types) => {
    const [x, update, start] = types as readonly [TensorType, TensorType, TensorType]
    checkStart("dynamicUpdateSlice", types, start)
    const legal =
      update.dtype === x.dtype &&
      update.shape.length === x.shape.length &&
      update.shape.every((size, axis) => size <= (x.shape[axis] as number))
    if (!legal) throw new ShapeError("dynamicUpdateSlice", types, "an update of its element type, within its sizes")
    return x
  },
  backward: ([r], { inputs: [, update, start] }) => {
    const { type } = update as AnyExpr
    return [
      apply(dynamicUpdateSliceOp, [r as AnyExpr, fill(0, type), start as AnyExpr], {}),
      apply(dynamicSliceOp, [r as AnyExpr, start as AnyExpr], { sizes: type.shape, outside: 0 }),
      null
    ]
  },
  rule: "r, 0 where it was overwritten ; r at the start ; none"
})

/**
 * A part of fixed size that starts at a computed place. What lies outside reads as NaN, or 0 in an integer result.
 * Shape: `[...]`, start `i32[rank]` -> `sizes`. Throws a `ShapeError` for sizes beyond the operand's.
 *
 * ```ts
 * import { constant, input, op } from "@residual/core"
 * op.dynamicSlice(input("x", [8, 4]), constant([2, 0], { dtype: "i32" }), [1, 4]).type.shape // => [1, 4]
 * ```
 */
export const dynamicSlice = (x: AnyExpr, start: AnyExpr, sizes: ReadonlyArray<number>): AnyExpr =>
  apply(dynamicSliceOp, [x, start], { sizes, outside: Number.NaN })

/**
 * The value with a part replaced, from a computed place on; what would land outside is dropped. Shape: `[...]`, an
 * update within it, start `i32[rank]` -> `[...]`. Throws a `ShapeError` for an update that is larger or of another type.
 *
 * ```ts
 * import { constant, input, op } from "@residual/core"
 * const start = constant([2, 0], { dtype: "i32" })
 * op.dynamicUpdateSlice(input("cache", [8, 4]), input("row", [1, 4]), start).type.shape // => [8, 4]
 * ```
 */
export const dynamicUpdateSlice = (x: AnyExpr, update: AnyExpr, start: AnyExpr): AnyExpr =>
  apply(dynamicUpdateSliceOp, [x, update, start], {})
