import { type AnyExpr, constant, DType, op, Shape, ShapeError, TensorType, Tree } from "@residual/core"
import { pullback } from "./pullback.ts"

/** A tree of the expressions that one differentiates by. */
type Exprs = Tree.Tree<AnyExpr>

/** A tree of the same form, of expressions of the same types. */
export type Gradient<T extends Exprs> = Tree.Mapped<T, AnyExpr, AnyExpr>

const checkFloats = (name: string, wrt: ReadonlyArray<AnyExpr>): void => {
  const bad = wrt.find((expr) => !DType.isFloat(expr.type.dtype))
  if (bad !== undefined) throw new ShapeError(name, [bad.type], "floats to differentiate by")
}

const checkTangents = (name: string, wrt: ReadonlyArray<AnyExpr>, along: ReadonlyArray<AnyExpr>): void => {
  for (const [at, leaf] of wrt.entries()) {
    const tangent = along[at]
    if (tangent === undefined || !TensorType.equals(tangent.type, leaf.type)) {
      const types = [leaf.type, ...(tangent === undefined ? [] : [tangent.type])]
      throw new ShapeError(name, types, "a tangent of each value's type")
    }
  }
}

/** Residuals of a tree; where none arrives, the derivative is zero. */
const residuals = <T extends Exprs>(name: string, value: AnyExpr, residual: AnyExpr, wrt: T): Gradient<T> => {
  const leaves = Tree.leaves<AnyExpr>(wrt)
  checkFloats(name, leaves)
  const pulled = pullback(value, residual, leaves)
  return Tree.fill<AnyExpr, AnyExpr, T>(
    wrt,
    pulled.map((arrived, at) => arrived ?? op.fill(0, (leaves[at] as AnyExpr).type))
  )
}

/**
 * The gradient of a scalar by a tree of values: the residual that reaches each of them when the scalar's own is 1. It has
 * the tree's form and each value's shape, and is made of the same ops, so that it can be differentiated again. A value
 * that the scalar does not depend on gets zeros.
 *
 * Throws a `ShapeError` for a value that is not a scalar float, and for integers to differentiate by.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { grad } from "@residual/graph"
 * const w = input("w", [3])
 * grad(op.sum(op.mul(w, w)), { w }).w.type.shape // => [3]
 * ```
 */
export const grad = <T extends Exprs>(loss: AnyExpr, wrt: T): Gradient<T> => {
  if (loss.type.shape.length !== 0 || !DType.isFloat(loss.type.dtype)) {
    throw new ShapeError("grad", [loss.type], "a scalar float; reduce the value first, or give vjp a residual")
  }
  return residuals("grad", loss, op.fill(1, loss.type), wrt)
}

/** A scalar and its gradient. */
export interface ValueAndGradient<T extends Exprs> {
  readonly value: AnyExpr
  readonly gradient: Gradient<T>
}

/**
 * A function's scalar value at a tree, and its gradient there. Throws as `grad` does.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { valueAndGrad } from "@residual/graph"
 * const { gradient } = valueAndGrad(({ w }) => op.sum(op.exp(w)), { w: input("w", [3]) })
 * gradient.w.type.shape // => [3]
 * ```
 */
export const valueAndGrad = <T extends Exprs>(f: (at: T) => AnyExpr, at: T): ValueAndGradient<T> => {
  const value = f(at)
  const gradient: Gradient<T> = grad(value, at)
  return { value, gradient }
}

/**
 * The vector–Jacobian product: the residual of each of a tree of values, for a residual of the result. Throws a
 * `ShapeError` for a residual of another type than the value.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { vjp } from "@residual/graph"
 * const x = input("x", [3])
 * vjp(op.exp(x), [x], input("residual", [3]))[0]?.type.shape // => [3]
 * ```
 */
export const vjp = <T extends Exprs>(value: AnyExpr, wrt: T, residual: AnyExpr): Gradient<T> =>
  residuals("vjp", value, residual, wrt)

/**
 * The Jacobian–vector product: how the value changes when each of a tree of values moves along its tangent. It is the
 * pullback of a pullback, which is linear in the residual it was given. Shape: the value's. Throws a `ShapeError` for a
 * tangent of another type than its value.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { jvp } from "@residual/graph"
 * const x = input("x", [3])
 * jvp(op.sum(op.exp(x)), [x], [input("tangent", [3])]).type.shape // => []
 * ```
 */
export const jvp = <T extends Exprs>(value: AnyExpr, wrt: T, tangents: Gradient<T>): AnyExpr => {
  const leaves = Tree.leaves<AnyExpr>(wrt)
  const along = Tree.leaves<AnyExpr>(tangents as Exprs)
  checkFloats("jvp", leaves)
  checkTangents("jvp", leaves, along)
  // Any residual does, since the derivative of what is linear in it does not read it.
  const residual = op.fill(0, value.type)
  const pulled = pullback(value, residual, leaves)
  const changes = pulled.flatMap((arrived, at) =>
    arrived === null ? [] : pullback(arrived, along[at] as AnyExpr, [residual]).filter((change) => change !== null)
  )
  return changes.length === 0 ? residual : changes.reduce((sum, change) => op.add(sum, change))
}

/**
 * The product of a scalar's Hessian with a vector: the gradient's change along a tree of tangents. It has the tree's
 * form. Throws as `grad` does, and a `ShapeError` for a tangent of another type than its value.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { hessianVectorProduct } from "@residual/graph"
 * const x = input("x", [3])
 * hessianVectorProduct(op.sum(op.exp(x)), { x }, { x: input("v", [3]) }).x.type.shape // => [3]
 * ```
 */
export const hessianVectorProduct = <T extends Exprs>(loss: AnyExpr, wrt: T, vector: Gradient<T>): Gradient<T> => {
  const gradients = Tree.leaves<AnyExpr>(grad(loss, wrt) as Exprs)
  const along = Tree.leaves<AnyExpr>(vector as Exprs)
  checkTangents("hessianVectorProduct", Tree.leaves<AnyExpr>(wrt), along)
  // ⟨gradient, v⟩ is a scalar whose gradient is H · v, the Hessian being symmetric.
  const directional = gradients
    .map((gradient, at) => op.sum(op.mul(gradient, along[at] as AnyExpr)))
    .reduce((sum, term) => op.add(sum, term))
  return grad(directional, wrt)
}

/**
 * All derivatives of a value by another. Shape: value `[...v]`, by `[...x]` -> `[...v, ...x]`. It pulls back one residual
 * for each element of the value, so it is meant for small ones. Throws a `ShapeError` for integers.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { jacobian } from "@residual/graph"
 * const x = input("x", [3])
 * jacobian(op.matmul(input("a", [2, 3]), x), x).type.shape // => [2, 3]
 * ```
 */
export const jacobian = (value: AnyExpr, by: AnyExpr): AnyExpr => {
  checkFloats("jacobian", [by])
  const { dtype, shape } = value.type
  const size = Shape.size(shape)
  const rows = Array.from({ length: size }, (_, element) => {
    const unit = Array.from({ length: size }, (_, at) => (at === element ? 1 : 0))
    const [row] = pullback(value, constant(unit, { dtype, shape }), [by])
    return op.reshape(row ?? op.fill(0, by.type), [1, Shape.size(by.type.shape)])
  })
  const all =
    rows.length === 0 ? op.fill(0, { dtype: by.type.dtype, shape: [0, Shape.size(by.type.shape)] }) : op.concat(rows)
  return op.reshape(all, [...shape, ...by.type.shape])
}
