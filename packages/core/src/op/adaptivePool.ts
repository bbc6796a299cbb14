import { composite } from "../composite.ts"
import { isFloat } from "../dtype.ts"
import type { AnyExpr } from "../expr.ts"
import { ShapeError } from "../shapeError.ts"
import { div } from "./arithmetic.ts"
import { gather } from "./indexing.ts"
import { constant } from "./leaf.ts"
import { mean } from "./moment.ts"
import { type PerAxis, perAxis } from "./spatial.ts"
import { reshape, sum } from "./stretch.ts"
import { where } from "./where.ts"

/** Means of `bins` ranges that cover an axis: range `i` goes from ⌊i · n / bins⌋ to ⌈(i + 1) · n / bins⌉. */
const binned = (x: AnyExpr, axis: number, bins: number): AnyExpr => {
  const { shape, dtype } = x.type
  const length = shape[axis] as number
  const split = (size: number): ReadonlyArray<number> => [...shape.slice(0, axis), bins, size, ...shape.slice(axis + 1)]
  if (length % bins === 0) return mean(reshape(x, split(length / bins)), { axes: [axis + 1] })
  const starts = Array.from({ length: bins }, (_, bin) => Math.floor((bin * length) / bins))
  const counts = starts.map((start, bin) => Math.ceil(((bin + 1) * length) / bins) - start)
  // The ranges as rows of one length, since as slices each would hand back a residual of the whole axis.
  const longest = Math.max(...counts)
  const places = starts.flatMap((start) => Array.from({ length: longest }, (_, at) => Math.min(start + at, length - 1)))
  const rows = gather(x, constant(places, { dtype: "i32", shape: [bins, longest] }), { axis })
  const behind = shape.slice(axis + 1).map(() => 1)
  const real = counts.flatMap((count) => Array.from({ length: longest }, (_, at) => (at < count ? 1 : 0)))
  const held = where(constant(real, { dtype: "bool", shape: [bins, longest, ...behind] }), rows, 0)
  return div(sum(held, { axes: [axis + 1] }), constant(counts, { dtype, shape: [bins, ...behind] }))
}

const adaptiveAvgPool2dOp = composite<{ readonly sizes: ReadonlyArray<number> }>("adaptiveAvgPool2d", {
  body: ([x], { sizes }) => sizes.reduce((pooled, bins, axis) => binned(pooled, 2 + axis, bins), x as AnyExpr),
  rule: "r / n, overlapping ranges added up"
})

/**
 * The means of so many ranges of each spatial axis as the result is to have: equal ones where that divides the axis,
 * and overlapping ones, as PyTorch has them, where it does not. Shape: `[n, c, h, w]` -> `[n, c, ...sizes]`. Throws a
 * `ShapeError` for another rank or type, for no elements, and for sizes below 1.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.adaptiveAvgPool2d(input("x", [1, 2, 7, 5]), [3, 2]).type.shape // => [1, 2, 3, 2]
 * ```
 */
export const adaptiveAvgPool2d = (x: AnyExpr, sizes: PerAxis): AnyExpr => {
  const { shape, dtype } = x.type
  if (shape.length !== 4 || !isFloat(dtype) || shape[2] === 0 || shape[3] === 0) {
    throw new ShapeError("adaptiveAvgPool2d", [x.type], "floats [n, c, h, w], of at least one element along h and w")
  }
  return adaptiveAvgPool2dOp([x], { sizes: perAxis("adaptiveAvgPool2d", [x.type], "sizes", sizes, 2, 1) })
}
