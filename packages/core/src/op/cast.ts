import type { DType } from "../dtype.ts"
import { isFloat } from "../dtype.ts"
import type { AnyExpr, Dims, Expr } from "../expr.ts"
import { apply } from "../expr.ts"
import type { TensorType } from "../tensorType.ts"
import { primitive } from "./primitive.ts"

/** The element type that a cast gives. */
export interface CastAttrs {
  readonly dtype: DType
}

export const castOp = primitive<CastAttrs>("cast", {
  infer: ([x], { dtype }) => ({ dtype, shape: (x as TensorType).shape }),
  backward: ([r], { inputs: [x], attrs }) => [
    isFloat((x as AnyExpr).type.dtype) && isFloat(attrs.dtype) ? cast(r as AnyExpr, (x as AnyExpr).type.dtype) : null
  ],
  rule: "r, none to or from integers",
  elementwise: true
})

/**
 * The same values in another element type. Floats are truncated towards zero to integers, and held within their range
 * (NaN becomes 0); `i32` and `u32` keep their bits; to `bool`, whatever is not 0 is true. Shape: `[...]` -> `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.cast(input("x", [2]), "i32").type // => { dtype: "i32", shape: [2] }
 * ```
 */
export const cast = <S extends Dims>(x: Expr<S>, dtype: DType): Expr<S> =>
  x.type.dtype === dtype ? x : apply(castOp, [x], { dtype })
