import { elementwise, elementwise2, type WithOp } from "../composite.ts"
import type { DType } from "../dtype.ts"
import { isFloat, isInteger } from "../dtype.ts"
import type { AnyExpr, Dims, Expr, MaybeResidual } from "../expr.ts"
import { ShapeError } from "../shapeError.ts"
import { isNumeric } from "./leaf.ts"
import { align, type Binary, type Unary } from "./operand.ts"

/** Element types that an elementwise composite accepts, as its errors name them. */
export type Accepted = "floats" | "numbers" | "bools or integers" | "bools" | "values of any type"

const accepts: { readonly [K in Accepted]: (dtype: DType) => boolean } = {
  floats: isFloat,
  numbers: isNumeric,
  "bools or integers": (dtype) => dtype === "bool" || isInteger(dtype),
  bools: (dtype) => dtype === "bool",
  "values of any type": () => true
}

/** Throws a `ShapeError` that names the composite, rather than an op of its body, for an element type it refuses. */
export const checkAccepted = (op: string, accepted: Accepted, operands: ReadonlyArray<AnyExpr>): void => {
  if (operands.some(({ type }) => !accepts[accepted](type.dtype))) {
    throw new ShapeError(
      op,
      operands.map(({ type }) => type),
      accepted
    )
  }
}

/** An elementwise composite of one value. */
export const unaryComposite = (
  name: string,
  definition: {
    readonly accepted?: Accepted
    readonly rule: string
    readonly body: (x: AnyExpr) => AnyExpr
    readonly backward?: "none" | ((residual: AnyExpr, x: AnyExpr, y: AnyExpr) => MaybeResidual)
  }
): Unary & WithOp => {
  const { accepted = "floats", rule, body, backward } = definition
  const define = elementwise(name, body, backward === undefined ? { rule } : { rule, backward })
  const checked = <S extends Dims>(x: Expr<S>): Expr<S> => {
    checkAccepted(name, accepted, [x])
    return define(x)
  }
  return Object.assign(checked, { op: define.op })
}

/** An elementwise composite of two values, which broadcast. */
export const binaryComposite = (
  name: string,
  definition: {
    readonly accepted?: Accepted
    readonly rule: string
    readonly body: (a: AnyExpr, b: AnyExpr) => AnyExpr
    readonly backward?:
      | "none"
      | ((residual: AnyExpr, a: AnyExpr, b: AnyExpr, y: AnyExpr) => readonly [MaybeResidual, MaybeResidual])
  }
): Binary & WithOp => {
  const { accepted = "numbers", rule, body, backward } = definition
  const define = elementwise2(name, body, backward === undefined ? { rule } : { rule, backward })
  const checked = (a: AnyExpr, b: AnyExpr | number): AnyExpr => {
    checkAccepted(
      name,
      accepted,
      [a, b].filter((operand) => typeof operand !== "number")
    )
    const [left, right] = align(name, [a, b]) as readonly [AnyExpr, AnyExpr]
    return define(left, right)
  }
  return Object.assign(checked, { op: define.op })
}
