import { composite, type WithOp } from "../../composite.ts"
import type { AnyExpr, Dims, Expr } from "../../expr.ts"
import { maximum, mul } from "../arithmetic.ts"
import { greater } from "../compare.ts"
import { checkAccepted, unaryComposite } from "../elementwiseComposite.ts"
import type { Unary } from "../operand.ts"
import { where } from "../where.ts"

/**
 * The rectifier, max(x, 0), whose derivative at 0 is 0; NaN stays NaN. Shape: `[...]` -> `[...]`. Throws a `ShapeError`
 * for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.relu(input("x", [2, 3])).type.shape // => [2, 3]
 * ```
 */
export const relu: Unary & WithOp = unaryComposite("relu", {
  rule: "r where x > 0, else 0",
  body: (x) => maximum(x, 0),
  // Not the derived one, by which the two operands of max share the residual where they are equal.
  backward: (r, x) => where(greater(x, 0), r, 0)
})

const leaky = composite<{ readonly slope: number }>("leakyRelu", {
  body: ([x], { slope }) => where(greater(x as AnyExpr, 0), x as AnyExpr, mul(x as AnyExpr, slope)),
  rule: "r where x > 0, else r · slope",
  elementwise: true
})

/**
 * The value where it is positive, `slope` (0.01 by default) times it elsewhere; its derivative at 0 is the slope. Shape:
 * `[...]` -> `[...]`. Throws a `ShapeError` for other types than floats.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.leakyRelu(input("x", [2, 3]), { slope: 0.2 }).type.shape // => [2, 3]
 * ```
 */
export const leakyRelu = <S extends Dims>(x: Expr<S>, options: { readonly slope?: number } = {}): Expr<S> => {
  checkAccepted("leakyRelu", "floats", [x])
  return leaky([x], { slope: options.slope ?? 0.01 })
}
