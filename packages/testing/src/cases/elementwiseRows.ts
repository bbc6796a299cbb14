import { type AnyExpr, op } from "@residual/core"
import * as Schema from "effect/Schema"
import { at, NoAttributes, type Row, row } from "./row.ts"

const unary = (f: (x: AnyExpr) => AnyExpr): Row => row(1, NoAttributes, (inputs) => f(at(inputs, 0)))

const binary = (f: (a: AnyExpr, b: AnyExpr) => AnyExpr): Row =>
  row(2, NoAttributes, (inputs) => f(at(inputs, 0), at(inputs, 1)))

/** The ops of the table that work element by element, by the names that files give them. */
export const elementwiseRows: Readonly<Record<string, Row>> = {
  neg: unary(op.neg),
  abs: unary(op.abs),
  sign: unary(op.sign),
  exp: unary(op.exp),
  expm1: unary(op.expm1),
  log: unary(op.log),
  log1p: unary(op.log1p),
  sqrt: unary(op.sqrt),
  rsqrt: unary(op.rsqrt),
  reciprocal: unary(op.reciprocal),
  square: unary(op.square),
  sin: unary(op.sin),
  cos: unary(op.cos),
  tan: unary(op.tan),
  asin: unary(op.asin),
  acos: unary(op.acos),
  atan: unary(op.atan),
  sinh: unary(op.sinh),
  cosh: unary(op.cosh),
  tanh: unary(op.tanh),
  asinh: unary(op.asinh),
  acosh: unary(op.acosh),
  atanh: unary(op.atanh),
  erf: unary(op.erf),
  erfinv: unary(op.erfinv),
  sigmoid: unary(op.sigmoid),
  logSigmoid: unary(op.logSigmoid),
  relu: unary(op.relu),
  selu: unary(op.selu),
  geluExact: unary(op.gelu),
  geluTanh: unary((x) => op.gelu(x, { approximate: "tanh" })),
  silu: unary(op.silu),
  mish: unary(op.mish),
  softplus: unary(op.softplus),
  hardswish: unary(op.hardSwish),
  hardsigmoid: unary(op.hardSigmoid),
  elu: row(1, Schema.Struct({ alpha: Schema.optionalKey(Schema.Number) }), (inputs, attrs) =>
    op.elu(at(inputs, 0), attrs)
  ),
  leakyRelu: row(1, Schema.Struct({ slope: Schema.optionalKey(Schema.Number) }), (inputs, attrs) =>
    op.leakyRelu(at(inputs, 0), attrs)
  ),
  clamp: row(
    1,
    Schema.Struct({ min: Schema.optionalKey(Schema.Number), max: Schema.optionalKey(Schema.Number) }),
    (inputs, attrs) => op.clamp(at(inputs, 0), attrs)
  ),
  powScalar: row(1, Schema.Struct({ exponent: Schema.Number }), (inputs, { exponent }) =>
    op.pow(at(inputs, 0), exponent)
  ),
  add: binary(op.add),
  sub: binary(op.sub),
  mul: binary(op.mul),
  div: binary(op.div),
  pow: binary(op.pow),
  mod: binary(op.mod),
  maximum: binary(op.maximum),
  minimum: binary(op.minimum),
  where: row(3, NoAttributes, (inputs) => op.where(op.greater(at(inputs, 0), 0), at(inputs, 1), at(inputs, 2)))
}
