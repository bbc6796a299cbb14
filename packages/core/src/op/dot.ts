import type { AnyExpr } from "../expr.ts"
import { apply } from "../expr.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import type { TensorType } from "../tensorType.ts"
import { isNumeric } from "./leaf.ts"
import { swapLast } from "./movement.ts"
import { primitive } from "./primitive.ts"

export const dotOp = primitive<Readonly<Record<never, never>>>("dot", {
  infer: (types) => {
    const [a, b] = types as readonly [TensorType, TensorType]
    const rank = a.shape.length
    const legal =
      rank >= 2 &&
      b.shape.length === rank &&
      a.dtype === b.dtype &&
      isNumeric(a.dtype) &&
      a.shape[rank - 1] === b.shape[rank - 2] &&
      ShapeOf.equals(a.shape.slice(0, -2), b.shape.slice(0, -2))
    if (!legal) throw new ShapeError("dot", types, "[...b, m, k] · [...b, k, n] of one numeric type")
    return { dtype: a.dtype, shape: [...a.shape.slice(0, -1), b.shape[rank - 1] as number] }
  },
  backward: ([r], { inputs: [a, b] }) => [
    dot(r as AnyExpr, swapLast(b as AnyExpr)),
    dot(swapLast(a as AnyExpr), r as AnyExpr)
  ],
  rule: "r · bᵀ ; aᵀ · r"
})

/**
 * The matrix product of operands of one rank, batch by batch; `matmul` accepts other ranks. Shape: `[...b, m, k]` ·
 * `[...b, k, n]` -> `[...b, m, n]`. Throws a `ShapeError` for anything else.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.dot(input("x", [5, 2, 3]), input("w", [5, 3, 4])).type.shape // => [5, 2, 4]
 * ```
 */
export const dot = (a: AnyExpr, b: AnyExpr): AnyExpr => apply(dotOp, [a, b], {})
