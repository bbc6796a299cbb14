import { composite } from "../composite.ts"
import type { AnyExpr, Dims, Expr } from "../expr.ts"
import { ShapeError } from "../shapeError.ts"
import { maximum } from "./arithmetic.ts"
import { and } from "./bits.ts"
import { checkAccepted } from "./elementwiseComposite.ts"
import { greaterEqual, lessEqual } from "./inequality.ts"
import { checkHeld } from "./leaf.ts"
import { minimum } from "./sign.ts"
import { where } from "./where.ts"

/** The least and the greatest value that `clamp` lets pass; either may be left out. */
export interface ClampOptions {
  readonly min?: number
  readonly max?: number
}

const clampOp = composite<ClampOptions>("clamp", {
  body: ([x], { min, max }) => {
    const above = min === undefined ? (x as AnyExpr) : maximum(x as AnyExpr, min)
    return max === undefined ? above : minimum(above, max)
  },
  backward: ([r], { inputs: [x], attrs: { min, max } }) => {
    const inside = [
      ...(min === undefined ? [] : [greaterEqual(x as AnyExpr, min)]),
      ...(max === undefined ? [] : [lessEqual(x as AnyExpr, max)])
    ]
    return [
      inside.length === 0
        ? (r as AnyExpr)
        : where(
            inside.reduce((a, b) => and(a, b)),
            r as AnyExpr,
            0
          )
    ]
  },
  rule: "r where min ≤ x ≤ max, else 0",
  elementwise: true
})

/**
 * The value held between bounds; NaN stays, and where the bounds cross, `max` wins. The residual passes inside and at
 * the bounds. Shape: `[...]` -> `[...]`. Throws a `ShapeError` for bools, and for bounds that are NaN or that an
 * integer type cannot hold.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.clamp(input("x", [2]), { min: 0, max: 6 }).type.shape // => [2]
 * ```
 */
export const clamp = <S extends Dims>(x: Expr<S>, bounds: ClampOptions): Expr<S> => {
  checkAccepted("clamp", "numbers", [x])
  const given = [bounds.min, bounds.max].filter((bound) => bound !== undefined)
  if (given.some(Number.isNaN)) throw new ShapeError("clamp", [x.type], "bounds that are numbers, not NaN")
  checkHeld("clamp", [x.type], x.type.dtype, given)
  return clampOp([x], bounds)
}
