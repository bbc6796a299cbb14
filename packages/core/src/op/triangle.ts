import { composite } from "../composite.ts"
import type { AnyExpr, Dims, Expr } from "../expr.ts"
import { ShapeError } from "../shapeError.ts"
import { add } from "./arithmetic.ts"
import { less } from "./compare.ts"
import { iota } from "./leaf.ts"
import { where } from "./where.ts"

/** The diagonal that bounds a triangle: 0 is the main one, positive ones lie above it. */
export interface TriangleOptions {
  readonly diagonal?: number
}

interface TriangleAttrs {
  readonly diagonal: number
}

const triangle = (name: string, keeps: (row: AnyExpr, column: AnyExpr, diagonal: number) => AnyExpr) => {
  const define = composite<TriangleAttrs>(name, {
    body: ([given], { diagonal }) => {
      const x = given as AnyExpr
      const matrix = x.type.shape.slice(-2)
      return where(keeps(iota(matrix, { axis: 0 }), iota(matrix, { axis: 1 }), diagonal), x, 0)
    },
    rule: "r within the triangle, else 0"
  })
  return <S extends Dims>(x: Expr<S>, options: TriangleOptions = {}): Expr<S> => {
    const diagonal = options.diagonal ?? 0
    if (x.type.shape.length < 2) throw new ShapeError(name, [x.type], "at least two axes")
    if (!Number.isInteger(diagonal)) throw new ShapeError(name, [x.type], `a whole diagonal, not ${diagonal}`)
    return define([x], { diagonal })
  }
}

/**
 * The elements of the last two axes on and below a diagonal, with zeros above it. Shape: `[..., m, n]` -> `[..., m,
 * n]`. Throws a `ShapeError` below rank 2.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.triangularLower(input("x", [4, 4]), { diagonal: -1 }).type.shape // => [4, 4]
 * ```
 */
export const triangularLower: <S extends Dims>(x: Expr<S>, options?: TriangleOptions) => Expr<S> = triangle(
  "triangularLower",
  (row, column, diagonal) => less(column, add(row, diagonal + 1))
)

/**
 * The elements of the last two axes on and above a diagonal, with zeros below it. Shape: `[..., m, n]` -> `[..., m,
 * n]`. Throws a `ShapeError` below rank 2.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.triangularUpper(input("x", [4, 4])).type.shape // => [4, 4]
 * ```
 */
export const triangularUpper: <S extends Dims>(x: Expr<S>, options?: TriangleOptions) => Expr<S> = triangle(
  "triangularUpper",
  (row, column, diagonal) => less(row, add(column, 1 - diagonal))
)
