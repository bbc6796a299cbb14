import type { AnyExpr, Dims, Expr, Primitive } from "../expr.ts"
import { apply } from "../expr.ts"
import type { TensorType } from "../tensorType.ts"
import { primitive } from "./primitive.ts"

type NoAttrs = Readonly<Record<never, never>>

export const stopGradientOp: Primitive<NoAttrs> = primitive<NoAttrs>("stopGradient", {
  infer: ([x]) => x as TensorType,
  backward: "none",
  rule: "none",
  elementwise: true
})

/**
 * The value itself, which residuals do not pass. Shape: `[...]` -> `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.stopGradient(input("x", [2])).type.shape // => [2]
 * ```
 */
export const stopGradient = <S extends Dims>(x: Expr<S>): Expr<S> => apply(stopGradientOp, [x], {})

export const barrierOp: Primitive<NoAttrs> = primitive<NoAttrs>("barrier", {
  infer: ([x]) => x as TensorType,
  backward: ([r], { inputs }) => inputs.map((_, at) => (at === 0 ? (r ?? null) : null)),
  rule: "r",
  elementwise: true
})

/**
 * The value itself, which no pass merges with another or moves work across: what recomputation is built on. What reads it
 * is computed after the values `after`, which it does not read otherwise. Shape: `[...]` -> `[...]`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.barrier(input("x", [2])).op.name // => "barrier"
 * ```
 */
export const barrier = <S extends Dims>(
  x: Expr<S>,
  options: { readonly after?: ReadonlyArray<AnyExpr> } = {}
): Expr<S> => apply(barrierOp, [x, ...(options.after ?? [])], {})
