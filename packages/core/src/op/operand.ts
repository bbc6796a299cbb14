import type { DType } from "../dtype.ts"
import { isFloat } from "../dtype.ts"
import type { AnyExpr, Dims, Expr, Primitive } from "../expr.ts"
import { apply } from "../expr.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import type { TensorType } from "../tensorType.ts"
import { checkHeld, fill, isNumeric } from "./leaf.ts"
import { primitive } from "./primitive.ts"
import { broadcastTo } from "./stretch.ts"

/**
 * What an elementwise op accepts beside an expression: one of the same axes, a scalar, or a number, which takes the
 * element type of the other operand.
 */
export type Operand<S extends Dims> = Expr<S> | Expr<[]> | number

/** Operands as expressions of one type: numbers become constants and shapes are broadcast. Throws a `ShapeError`. */
export const align = (op: string, operands: ReadonlyArray<AnyExpr | number>): ReadonlyArray<AnyExpr> => {
  const exprs = operands.filter((operand) => typeof operand !== "number")
  const types = exprs.map((expr) => expr.type)
  const dtype = types[0]?.dtype ?? "f32"
  if (types.some((type) => type.dtype !== dtype)) {
    throw new ShapeError(op, types, "operands of one element type; use cast")
  }
  const shape = types.reduce<ReadonlyArray<number> | undefined>(
    (shape, type) => shape && ShapeOf.broadcast(shape, type.shape),
    []
  )
  if (shape === undefined) {
    throw new ShapeError(op, types, "shapes that broadcast: aligned at the last axis, sizes equal or 1")
  }
  checkHeld(
    op,
    types,
    dtype,
    operands.filter((operand) => typeof operand === "number")
  )
  return operands.map((operand) =>
    typeof operand === "number" ? fill(operand, { dtype, shape }) : broadcastTo(operand, shape)
  )
}

type Check = (dtype: DType) => boolean

/** The shape rule of an elementwise primitive: operands of one type, whose element type passes `check`. */
export const sameType =
  (op: string, check: Check, expected: string, result?: DType) =>
  (types: ReadonlyArray<TensorType>): TensorType => {
    const [first] = types as readonly [TensorType]
    const same = types.every((type) => type.dtype === first.dtype && ShapeOf.equals(type.shape, first.shape))
    if (!same || !check(first.dtype)) throw new ShapeError(op, types, expected)
    return result === undefined ? first : { dtype: result, shape: first.shape }
  }

/** A function of one value, element by element. */
export type Unary = <S extends Dims>(x: Expr<S>) => Expr<S>

/** A function of two values, element by element. What else broadcasts goes through the untyped door. */
export interface Binary {
  <S extends Dims>(a: Expr<S>, b: Operand<S>): Expr<S>
  /** A vector beside each row: the bias of a linear map. */
  <const B extends Dims, K extends number | string>(a: Expr<[...B, K]>, b: Expr<[K]>): Expr<[...B, K]>
}

type NoAttrs = Readonly<Record<never, never>>

/** An elementwise primitive of one float: its name, rule as text, and backward from residual, input and output. */
export const unaryOp = (
  name: string,
  rule: string,
  backward: "none" | ((r: AnyExpr, x: AnyExpr, y: AnyExpr) => AnyExpr),
  check: Check = isFloat
): Primitive<NoAttrs> =>
  primitive<NoAttrs>(name, {
    infer: sameType(name, check, check === isFloat ? "floats" : "numbers"),
    backward:
      backward === "none"
        ? "none"
        : ([r], { inputs: [x], outputs: [y] }) => [backward(r as AnyExpr, x as AnyExpr, y as AnyExpr)],
    rule,
    elementwise: true
  })

/** An elementwise primitive of two values of one type. */
export const binaryOp = (
  name: string,
  rule: string,
  backward: "none" | ((r: AnyExpr, a: AnyExpr, b: AnyExpr, y: AnyExpr) => readonly [AnyExpr | null, AnyExpr | null]),
  options: { readonly check?: Check; readonly expected?: string; readonly result?: DType } = {}
): Primitive<NoAttrs> =>
  primitive<NoAttrs>(name, {
    infer: sameType(name, options.check ?? isNumeric, options.expected ?? "two numbers of one type", options.result),
    backward:
      backward === "none"
        ? "none"
        : ([r], { inputs: [a, b], outputs: [y] }) => backward(r as AnyExpr, a as AnyExpr, b as AnyExpr, y as AnyExpr),
    rule,
    elementwise: true
  })

/** The function that applies a unary primitive. */
export const unary =
  (op: Primitive<NoAttrs>): Unary =>
  (x) =>
    apply(op, [x], {})

/** The function that aligns its operands and applies a binary primitive. */
export const binary =
  (op: Primitive<NoAttrs>) =>
  (a: AnyExpr | number, b: AnyExpr | number): AnyExpr =>
    apply(op, align(op.name, [a, b]), {})
