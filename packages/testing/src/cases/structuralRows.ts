import { type AnyExpr, op } from "@residual/core"
import * as Schema from "effect/Schema"
import { at, NoAttributes, type Row, row, Whole } from "./row.ts"

const reductionFields = { axes: Schema.optionalKey(Whole), keepDims: Schema.optionalKey(Schema.Boolean) }

const reduction = (f: typeof op.sum): Row =>
  row(1, Schema.Struct(reductionFields), (inputs, attrs) => f(at(inputs, 0), attrs))

const deviation = (f: typeof op.variance): Row =>
  row(1, Schema.Struct({ ...reductionFields, correction: Schema.optionalKey(Schema.Int) }), (inputs, attrs) =>
    f(at(inputs, 0), attrs)
  )

const alongAxis = (f: (x: AnyExpr, options: { readonly axis: number }) => AnyExpr): Row =>
  row(1, Schema.Struct({ axis: Schema.Int }), (inputs, attrs) => f(at(inputs, 0), attrs))

const triangle = (f: typeof op.triangularLower): Row =>
  row(1, Schema.Struct({ diagonal: Schema.optionalKey(Schema.Int) }), (inputs, attrs) => f(at(inputs, 0), attrs))

const many = [1, Number.POSITIVE_INFINITY] as const

/** The ops of the table that reduce, move, look up and multiply, by the names that files give them. */
export const structuralRows: Readonly<Record<string, Row>> = {
  sum: reduction(op.sum),
  mean: reduction(op.mean),
  max: reduction(op.max),
  min: reduction(op.min),
  prod: reduction(op.prod),
  logSumExp: reduction(op.logSumExp),
  variance: deviation(op.variance),
  std: deviation(op.std),
  cumSum: alongAxis(op.cumSum),
  softmax: alongAxis(op.softmax),
  logSoftmax: alongAxis(op.logSoftmax),
  matmul: row(2, NoAttributes, (inputs) => op.matmul(at(inputs, 0), at(inputs, 1))),
  einsum: row(many, Schema.Struct({ equation: Schema.String }), (inputs, { equation }) =>
    op.einsum(equation, ...inputs)
  ),
  transpose: row(1, Schema.Struct({ permutation: Schema.optionalKey(Whole) }), (inputs, { permutation }) =>
    op.transpose(at(inputs, 0), permutation)
  ),
  reshape: row(1, Schema.Struct({ shape: Whole }), (inputs, { shape }) => op.reshape(at(inputs, 0), shape)),
  broadcastTo: row(1, Schema.Struct({ shape: Whole }), (inputs, { shape }) => op.broadcastTo(at(inputs, 0), shape)),
  concat: row(many, Schema.Struct({ axis: Schema.Int }), (inputs, attrs) => op.concat(inputs, attrs)),
  stack: row(many, Schema.Struct({ axis: Schema.Int }), (inputs, attrs) => op.stack(inputs, attrs)),
  slice: row(
    1,
    Schema.Struct({
      starts: Schema.optionalKey(Whole),
      stops: Schema.optionalKey(Whole),
      steps: Schema.optionalKey(Whole)
    }),
    (inputs, attrs) => op.slice(at(inputs, 0), attrs)
  ),
  pad: row(
    1,
    Schema.Struct({
      before: Schema.optionalKey(Whole),
      after: Schema.optionalKey(Whole),
      value: Schema.optionalKey(Schema.Number)
    }),
    (inputs, attrs) => op.pad(at(inputs, 0), attrs)
  ),
  flip: row(1, Schema.Struct({ axes: Schema.optionalKey(Whole) }), (inputs, { axes }) => op.flip(at(inputs, 0), axes)),
  triangularLower: triangle(op.triangularLower),
  triangularUpper: triangle(op.triangularUpper),
  embedding: row(2, NoAttributes, (inputs) => op.embedding(at(inputs, 0), at(inputs, 1))),
  takeAlongAxis: row(2, Schema.Struct({ axis: Schema.Int }), (inputs, attrs) =>
    op.takeAlongAxis(at(inputs, 0), at(inputs, 1), attrs)
  ),
  indexSelect: row(2, Schema.Struct({ axis: Schema.Int }), (inputs, attrs) =>
    op.indexSelect(at(inputs, 0), at(inputs, 1), attrs)
  ),
  scatterAdd: row(3, Schema.Struct({ axis: Schema.Int }), (inputs, attrs) =>
    op.scatterAdd(at(inputs, 0), at(inputs, 1), at(inputs, 2), attrs)
  )
}
