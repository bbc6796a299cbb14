import type { AnyExpr } from "../expr.ts"
import { fill } from "./leaf.ts"
import { not } from "./not.ts"
import { max } from "./order.ts"
import { countOf, type ReductionAttrs, reduction } from "./reduction.ts"
import { dropAxes, type ReductionOptions, reducedType } from "./stretch.ts"

/**
 * Whether any element holds, over axes; of none it is false. Shape: `bool[...]` -> `bool[...]` without `axes`, or with
 * them at size 1. Throws a `ShapeError` for an axis out of range and for other types than bools.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.any(op.less(input("x", [2, 3]), 0), { axes: [1] }).type // => { dtype: "bool", shape: [2] }
 * ```
 */
export const any: (x: AnyExpr, options?: ReductionOptions) => AnyExpr = reduction<ReductionAttrs>("any", {
  accepted: "bools",
  empty: true,
  attrs: (reduced) => reduced,
  body: ([given], { axes, keepDims }) => {
    const x = given as AnyExpr
    if (countOf(x.type.shape, axes) > 0) return max(x, { axes, keepDims })
    return dropAxes(fill(0, reducedType("any", x.type, axes)), axes, keepDims)
  },
  backward: "none",
  rule: "none"
})

/**
 * Whether all elements hold, over axes; of none it is true. Shape: `bool[...]` -> `bool[...]` without `axes`, or with
 * them at size 1. Throws a `ShapeError` for an axis out of range and for other types than bools.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.all(op.less(input("x", [2, 3]), 0)).type // => { dtype: "bool", shape: [] }
 * ```
 */
export const all: (x: AnyExpr, options?: ReductionOptions) => AnyExpr = reduction<ReductionAttrs>("all", {
  accepted: "bools",
  empty: true,
  attrs: (reduced) => reduced,
  body: ([x], attrs) => not(any(not(x as AnyExpr), attrs)),
  backward: "none",
  rule: "none"
})
