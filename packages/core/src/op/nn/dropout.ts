import { composite } from "../../composite.ts"
import type { AnyExpr, Dims, Expr } from "../../expr.ts"
import { ShapeError } from "../../shapeError.ts"
import { mul } from "../arithmetic.ts"
import { checkAccepted } from "../elementwiseComposite.ts"
import { fill } from "../leaf.ts"
import { bernoulli } from "../random.ts"
import { where } from "../where.ts"

const drop = composite<{ readonly rate: number }>("dropout", {
  body: ([x, key], { rate }) => {
    const kept = bernoulli(key as AnyExpr, (x as AnyExpr).type.shape, { probability: 1 - rate })
    return where(kept, mul(x as AnyExpr, 1 / (1 - rate)), 0)
  },
  rule: "r / (1 - rate) where kept, else 0"
})

/**
 * The value with elements replaced by 0 at a rate, and the others divided by 1 - rate, so that the expectation stays.
 * Which ones depends on the key and the element's place only. Shape: `[...]`, key `u32[2]` -> `[...]`. Throws a
 * `ShapeError` for a rate outside [0, 1] and for other types than floats.
 *
 * N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.dropout(input("x", [2, 3]), { rate: 0.1, key: input("key", [2], { dtype: "u32" }) }).type.shape // => [2, 3]
 * ```
 */
export const dropout = <S extends Dims>(
  x: Expr<S>,
  { rate, key }: { readonly rate: number; readonly key: AnyExpr }
): Expr<S> => {
  checkAccepted("dropout", "floats", [x])
  if (!(rate >= 0 && rate <= 1)) throw new ShapeError("dropout", [x.type], `a rate from 0 to 1, not ${rate}`)
  if (rate === 0) return x
  return rate === 1 ? fill(0, x.type) : drop([x, key], { rate })
}
