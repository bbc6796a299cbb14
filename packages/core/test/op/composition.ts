import { type AnyExpr, Shape, ShapeError, topological } from "@residual/core"

/** The primitives that an expression is made of, composites opened, in the order of their evaluation. */
const opened = (expr: AnyExpr): ReadonlyArray<AnyExpr> =>
  topological([expr], (value) => (value.op.kind === "composite" ? value.body : value.inputs)).filter(
    (value) => value.op.kind === "primitive" && value.op.name !== "input" && value.op.name !== "constant"
  )

/** The names of the primitives that an expression is made of, leaves left out. */
export const primitivesOf = (expr: AnyExpr): ReadonlyArray<string> => opened(expr).map((value) => value.op.name)

/** The number of elements of all values that an expression is computed by. */
export const elementsOf = (expr: AnyExpr): number =>
  opened(expr).reduce((total, value) => total + Shape.size(value.type.shape), 0)

/** The message of the `ShapeError` that composing an expression throws, or what else came of it. */
export const refusal = (compose: () => unknown): string => {
  try {
    compose()
    return "composed"
  } catch (error) {
    return error instanceof ShapeError ? error.message : `not a ShapeError: ${String(error)}`
  }
}

/** The type of an expression as text. */
export const typeOf = ({ type }: AnyExpr): string => `${type.dtype}[${type.shape.join(",")}]`
