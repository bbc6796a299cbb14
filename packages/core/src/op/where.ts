import type { AnyExpr } from "../expr.ts"
import { apply } from "../expr.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import type { TensorType } from "../tensorType.ts"
import { align } from "./operand.ts"
import { primitive } from "./primitive.ts"
import { broadcastTo } from "./stretch.ts"

export const whereOp = primitive<Readonly<Record<never, never>>>("where", {
  infer: (types) => {
    const [condition, a, b] = types as readonly [TensorType, TensorType, TensorType]
    if (
      condition.dtype !== "bool" ||
      a.dtype !== b.dtype ||
      !ShapeOf.equals(condition.shape, a.shape) ||
      !ShapeOf.equals(a.shape, b.shape)
    ) {
      throw new ShapeError("where", types, "a bool and two values of one type")
    }
    return a
  },
  backward: ([r], { inputs: [condition] }) => [
    null,
    where(condition as AnyExpr, r as AnyExpr, 0),
    where(condition as AnyExpr, 0, r as AnyExpr)
  ],
  rule: "none ; r where the condition holds, else 0 ; 0 where it holds, else r",
  elementwise: true
})

/**
 * The second operand where the condition holds, the third elsewhere. Shape: the three broadcast; the condition is
 * `bool`. Throws a `ShapeError` where they do not.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const x = input("x", [2, 3])
 * op.where(op.less(x, 0), 0, x).type // => { dtype: "f32", shape: [2, 3] }
 * ```
 */
export const where = (condition: AnyExpr, a: AnyExpr | number, b: AnyExpr | number): AnyExpr => {
  const [left, right] = align("where", [a, b]) as readonly [AnyExpr, AnyExpr]
  const shape = ShapeOf.broadcast(condition.type.shape, left.type.shape)
  if (shape === undefined) {
    throw new ShapeError(
      "where",
      [condition.type, left.type, right.type],
      "shapes that broadcast: aligned at the last axis, sizes equal or 1"
    )
  }
  return apply(whereOp, [broadcastTo(condition, shape), broadcastTo(left, shape), broadcastTo(right, shape)], {})
}
