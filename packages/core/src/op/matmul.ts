import { composite } from "../composite.ts"
import type { AnyExpr, Dims, Expr } from "../expr.ts"
import type { Shape } from "../shape.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import { dot } from "./dot.ts"
import { isNumeric } from "./leaf.ts"
import { swapLast } from "./movement.ts"
import { broadcastTo, reshape } from "./stretch.ts"

type Dim = number | string

/** Axes that no typed expression has, so that only an `AnyExpr` fits. */
type Untyped = ["~untyped"]

/**
 * The signatures of `matmul` that the type checker follows. Batches that broadcast go through the untyped door: with an
 * `AnyExpr` on either side the result is one, too.
 */
export interface Matmul {
  (a: Expr<Untyped>, b: AnyExpr): AnyExpr
  (a: AnyExpr, b: Expr<Untyped>): AnyExpr
  /** Rows times a vector. */
  <const B extends Dims, K extends Dim>(a: Expr<[...B, K]>, b: Expr<[K]>): Expr<[...B]>
  /** Batches of matrices, one by one. */
  <const B extends Dims, M extends Dim, K extends Dim, N extends Dim>(
    a: Expr<[...B, M, K]>,
    b: Expr<[...B, K, N]>
  ): Expr<[...B, M, N]>
  /** Matrices, in batches or not, times one matrix. */
  <const B extends Dims, M extends Dim, K extends Dim, N extends Dim>(
    a: Expr<[...B, M, K]>,
    b: Expr<[K, N]>
  ): Expr<[...B, M, N]>
}

const isVector = (x: AnyExpr): boolean => x.type.shape.length === 1
const batchOf = (x: AnyExpr): Shape => x.type.shape.slice(0, -2)
const last = (shape: Shape, from: number): number => shape[shape.length - from] as number

const matmulOp = composite("matmul", {
  body: ([a, b]) => product(a as AnyExpr, b as AnyExpr),
  rule: "r · bᵀ ; aᵀ · r"
})

const product = (a: AnyExpr, b: AnyExpr): AnyExpr => {
  if (isVector(b)) {
    const column = reshape(b, [...b.type.shape, 1])
    const row = isVector(a) ? reshape(a, [1, ...a.type.shape]) : a
    return reshape(matrices(row, column), a.type.shape.slice(0, -1))
  }
  if (!isVector(a)) return matrices(a, b)
  const row = reshape(a, [1, ...a.type.shape])
  return reshape(matrices(row, b), [...batchOf(b), last(b.type.shape, 1)])
}

/**
 * The product of batches of matrices as one `dot`. Where the right operand has one matrix for the last batch axes,
 * those are rows of the left one; so a weight is never repeated, and its gradient is one product.
 */
const matrices = (a: AnyExpr, b: AnyExpr): AnyExpr => {
  if (ShapeOf.size(batchOf(a)) === 1 && batchOf(b).some((length) => length !== 1)) {
    return swapLast(matrices(swapLast(b), swapLast(a)))
  }
  const rank = Math.max(a.type.shape.length, b.type.shape.length) - 2
  const aligned = (x: AnyExpr): Shape => [...new Array<number>(rank - batchOf(x).length).fill(1), ...batchOf(x)]
  const [left, right] = [aligned(a), aligned(b)]
  const batch = ShapeOf.broadcast(left, right) as Shape
  const outer = right.findLastIndex((length) => length !== 1) + 1
  const [m, k, n] = [last(a.type.shape, 2), last(a.type.shape, 1), last(b.type.shape, 1)]
  const rows = ShapeOf.size(left.slice(outer)) * m
  const shared = batch.slice(0, outer)
  const lhs = broadcastTo(reshape(a, [...left.slice(0, outer), rows, k]), [...shared, rows, k])
  const rhs = broadcastTo(reshape(b, [...right.slice(0, outer), k, n]), [...shared, k, n])
  return reshape(dot(lhs, rhs), [...batch, m, n])
}

/**
 * The matrix product by NumPy's rules: a vector counts as a row on the left and as a column on the right, and the axis
 * that it lacks is left out; batch axes in front of the last two broadcast. Shape: `[...b, m, k]` · `[...b, k, n]` ->
 * `[...b, m, n]`. Throws a `ShapeError` for scalars, and where the inner sizes, the batch axes or the element types do
 * not fit.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.matmul(input("x", [5, 2, 3]), input("w", [3, 4])).type.shape // => [5, 2, 4]
 * op.matmul(input("a", [3, 4]), input("v", [4])).type.shape // => [3]
 * ```
 */
export const matmul: Matmul = (a: AnyExpr, b: AnyExpr): AnyExpr => {
  const types = [a.type, b.type]
  const form = "[...b, m, k] · [...b, k, n]"
  if (a.type.dtype !== b.type.dtype || !isNumeric(a.type.dtype)) {
    throw new ShapeError("matmul", types, `${form} of one numeric type`)
  }
  if (a.type.shape.length === 0 || b.type.shape.length === 0) {
    throw new ShapeError("matmul", types, `${form}, one operand is a scalar`)
  }
  const inner = [last(a.type.shape, 1), last(b.type.shape, isVector(b) ? 1 : 2)] as const
  if (inner[0] !== inner[1]) {
    throw new ShapeError("matmul", types, `${form}, the inner sizes are ${inner[0]} and ${inner[1]}`)
  }
  if (ShapeOf.broadcast(batchOf(a), batchOf(b)) === undefined) {
    const batches = `[${batchOf(a).join(",")}] and [${batchOf(b).join(",")}]`
    throw new ShapeError("matmul", types, `${form}, the batch sizes ${batches} do not broadcast`)
  }
  return matmulOp([a, b], {})
}
