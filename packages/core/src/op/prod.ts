import type { AnyExpr } from "../expr.ts"
import { mul } from "./arithmetic.ts"
import { fill } from "./leaf.ts"
import { pad, slice } from "./movement.ts"
import { type ReductionAttrs, reduction } from "./reduction.ts"
import { dropAxes, type ReductionOptions, reducedType } from "./stretch.ts"

/** The product along an axis, which stays at size 1: halves multiplied until one element is left. */
const along = (x: AnyExpr, axis: number): AnyExpr => {
  const { shape } = x.type
  const length = shape[axis] as number
  if (length === 0) return fill(1, reducedType("prod", x.type, [axis]))
  if (length === 1) return x
  // A power of two, so that after the first level the halves match without padding.
  const half = 2 ** (Math.ceil(Math.log2(length)) - 1)
  const at = (count: number): ReadonlyArray<number> => shape.map((_, other) => (other === axis ? count : 0))
  const first = slice(x, { stops: shape.map((size, other) => (other === axis ? half : size)) })
  const second = pad(slice(x, { starts: at(half) }), { after: at(2 * half - length), value: 1 })
  return along(mul(first, second), axis)
}

/**
 * The product over axes; over no elements it is 1. Its residuals are right where elements are 0, at any order, since no
 * quotient is taken. Shape: `[...]` -> `[...]` without `axes`, or with them at size 1. Throws a `ShapeError` for an
 * axis out of range and for bools.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.prod(input("x", [2, 3]), { axes: [1] }).type.shape // => [2]
 * ```
 */
export const prod: (x: AnyExpr, options?: ReductionOptions) => AnyExpr = reduction<ReductionAttrs>("prod", {
  accepted: "numbers",
  empty: true,
  attrs: (reduced) => reduced,
  body: ([x], { axes, keepDims }) => dropAxes(axes.reduce(along, x as AnyExpr), axes, keepDims),
  rule: "r · the product of the other elements"
})
