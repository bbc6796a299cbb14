import { type AnyExpr, DerivativeError, input, ShapeError, slot, type TensorType } from "@residual/core"
import * as Either from "fp-ts/lib/Either.js"

/**
 * The type of an input of a traced function, and whether it is bound at each run (as by default) or to a slot.
 *
 * ```ts
 * import type { InputType } from "@residual/graph"
 * const weight: InputType = { dtype: "f32", shape: [3, 4], binding: "slot" }
 * weight.binding // => "slot"
 * ```
 */
export interface InputType extends TensorType.TensorType {
  readonly binding?: "run" | "slot"
}

/**
 * What a function of expressions makes of inputs of these types and names. A composition that is ill-shaped, or that asks
 * for a derivative that is not written, is an error instead of an exception.
 *
 * ```ts
 * import { op } from "@residual/core"
 * import { trace } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const product = trace(({ x, w }) => op.matmul(x, w), { x: { dtype: "f32", shape: [8, 8] }, w: { dtype: "f32", shape: [32, 8] } })
 * Either.isLeft(product) && product.left.message
 * // => "matmul(f32[8,8], f32[32,8]): expected [...b, m, k] · [...b, k, n], the inner sizes are 8 and 32"
 * ```
 */
export const trace = <Name extends string, A>(
  f: (inputs: Readonly<Record<Name, AnyExpr>>) => A,
  types: Readonly<Record<Name, InputType>>
): Either.Either<ShapeError | DerivativeError, A> =>
  composed(() => {
    const entries = Object.entries<InputType>(types).map(
      ([name, { dtype, shape, binding }]) =>
        [name, binding === "slot" ? slot(name, shape, { dtype }) : input(name, shape, { dtype })] as const
    )
    return f(Object.fromEntries(entries) as Readonly<Record<Name, AnyExpr>>)
  })

/** The one place where what a composition throws becomes a value. */
export const composed = <A>(compose: () => A): Either.Either<ShapeError | DerivativeError, A> =>
  Either.tryCatch(compose, (error) => {
    if (error instanceof ShapeError || error instanceof DerivativeError) return error
    throw error
  })
