import { type AnyExpr, op } from "@residual/core"
import * as Schema from "effect/Schema"
import { at, type Row, row, Whole } from "./row.ts"

/** Batch, channels, then the axes that windows slide along: the only layout that the library computes in. */
const layout = (...layouts: ReadonlyArray<string>) => Schema.optionalKey(Schema.Literals(layouts))

const convolutionFields = {
  strides: Schema.optionalKey(Whole),
  padding: Schema.optionalKey(Whole),
  dilation: Schema.optionalKey(Whole),
  groups: Schema.optionalKey(Schema.Int)
}

/** The bias, where a case has one. */
const biasOf = (inputs: ReadonlyArray<AnyExpr>): { readonly bias?: AnyExpr } => {
  const [, , bias] = inputs
  return bias === undefined ? {} : { bias }
}

const convolution = (f: typeof op.conv1d, ...layouts: ReadonlyArray<string>): Row =>
  row([2, 3], Schema.Struct({ ...convolutionFields, layout: layout(...layouts) }), (inputs, { layout: _, ...attrs }) =>
    f(at(inputs, 0), at(inputs, 1), { ...attrs, ...biasOf(inputs) })
  )

const poolFields = { kernel: Whole, strides: Schema.optionalKey(Whole), padding: Schema.optionalKey(Whole) }

const maxPool = (f: typeof op.maxPool1d): Row =>
  row(1, Schema.Struct({ ...poolFields, dilation: Schema.optionalKey(Whole) }), (inputs, attrs) =>
    f(at(inputs, 0), attrs)
  )

const averagePool = (f: typeof op.avgPool1d): Row =>
  row(1, Schema.Struct({ ...poolFields, countIncludePad: Schema.optionalKey(Schema.Boolean) }), (inputs, attrs) =>
    f(at(inputs, 0), attrs)
  )

const epsilon = { epsilon: Schema.optionalKey(Schema.Number) }

const affine = (inputs: ReadonlyArray<AnyExpr>): { readonly scale: AnyExpr; readonly bias: AnyExpr } => ({
  scale: at(inputs, 1),
  bias: at(inputs, 2)
})

const reduction = { reduction: Schema.optionalKey(Schema.Literals(["mean", "sum", "none"])) }

const loss = (f: typeof op.mse): Row =>
  row(2, Schema.Struct(reduction), (inputs, attrs) => f(at(inputs, 0), at(inputs, 1), attrs))

/** Logits with their classes, which follow the batch in the file, along the last axis. */
const classesLast = (logits: AnyExpr): AnyExpr => {
  const [batch, classes, ...others] = [...logits.type.shape.keys()]
  return batch === undefined || classes === undefined ? logits : op.transpose(logits, [batch, ...others, classes])
}

const classified = { ...reduction, labelSmoothing: Schema.optionalKey(Schema.Number) }

/** The ops of the table that networks are made of, by the names that files give them. */
export const networkRows: Readonly<Record<string, Row>> = {
  conv1d: convolution(op.conv1d, "NCW", "NCL"),
  conv2d: convolution(op.conv2d, "NCHW"),
  conv3d: convolution(op.conv3d, "NCDHW"),
  convTranspose2d: row(
    [2, 3],
    Schema.Struct({ ...convolutionFields, outputPadding: Schema.optionalKey(Whole), layout: layout("NCHW") }),
    (inputs, { layout: _, ...attrs }) =>
      op.convTranspose2d(at(inputs, 0), at(inputs, 1), { ...attrs, ...biasOf(inputs) })
  ),
  maxPool1d: maxPool(op.maxPool1d),
  maxPool2d: maxPool(op.maxPool2d),
  avgPool1d: averagePool(op.avgPool1d),
  avgPool2d: averagePool(op.avgPool2d),
  layerNorm: row(3, Schema.Struct(epsilon), (inputs, attrs) => {
    const axes = at(inputs, 1).type.shape.map((_, axis, { length }) => axis - length)
    return op.layerNorm(at(inputs, 0), { ...attrs, ...affine(inputs), axes })
  }),
  rmsNorm: row(2, Schema.Struct(epsilon), (inputs, attrs) =>
    op.rmsNorm(at(inputs, 0), { ...attrs, scale: at(inputs, 1) })
  ),
  batchNormTraining: row(
    3,
    Schema.Struct({ ...epsilon, layout: layout("NC", "NCW", "NCL", "NCHW", "NCDHW") }),
    (inputs, { layout: _, ...attrs }) => op.batchNormTraining(at(inputs, 0), { ...attrs, ...affine(inputs) }).output
  ),
  groupNorm: row(3, Schema.Struct({ ...epsilon, groups: Schema.Int }), (inputs, attrs) =>
    op.groupNorm(at(inputs, 0), { ...attrs, ...affine(inputs) })
  ),
  attention: row(3, Schema.Struct({ causal: Schema.optionalKey(Schema.Boolean) }), (inputs, attrs) =>
    op.attention(at(inputs, 0), at(inputs, 1), at(inputs, 2), attrs)
  ),
  ropeInterleaved: row(1, Schema.Struct({ base: Schema.optionalKey(Schema.Number) }), (inputs, attrs) =>
    op.rotaryEmbedding(at(inputs, 0), { ...attrs, form: "interleaved" })
  ),
  mseLoss: loss(op.mse),
  l1Loss: loss(op.l1),
  huberLoss: row(2, Schema.Struct({ ...reduction, delta: Schema.optionalKey(Schema.Number) }), (inputs, attrs) =>
    op.huber(at(inputs, 0), at(inputs, 1), attrs)
  ),
  smoothL1Loss: row(2, Schema.Struct({ ...reduction, beta: Schema.optionalKey(Schema.Number) }), (inputs, attrs) =>
    op.smoothL1(at(inputs, 0), at(inputs, 1), attrs)
  ),
  binaryCrossEntropyWithLogits: loss(op.binaryCrossEntropyWithLogits),
  klDivergence: row(
    2,
    Schema.Struct({
      reduction: Schema.optionalKey(Schema.Literals(["batchmean", "mean", "sum", "none"])),
      arguments: Schema.optionalKey(Schema.Literal("logits, target logits"))
    }),
    (inputs, { reduction = "mean" }) =>
      op.klDivergence(op.logSoftmax(at(inputs, 0)), op.softmax(at(inputs, 1)), {
        reduction: reduction === "batchmean" ? "batchMean" : reduction
      })
  ),
  crossEntropy: row(2, Schema.Struct(classified), (inputs, attrs) =>
    op.crossEntropy(classesLast(at(inputs, 0)), at(inputs, 1), attrs)
  ),
  crossEntropyIgnore: row(
    2,
    Schema.Struct({ ...classified, ignore: Schema.Int, note: Schema.optionalKey(Schema.String) }),
    (inputs, { ignore, note: _, ...attrs }) =>
      op.crossEntropy(classesLast(at(inputs, 0)), at(inputs, 1), { ...attrs, ignoreIndex: ignore })
  ),
  lstmCell: row(
    6,
    Schema.Struct({
      gates: Schema.optionalKey(Schema.Literal("i f g o")),
      output: Schema.optionalKey(Schema.Literal("h'"))
    }),
    (inputs) => {
      const [x, hidden, cell, inputWeight, hiddenWeight, inputBias] = inputs as [
        AnyExpr,
        AnyExpr,
        AnyExpr,
        AnyExpr,
        AnyExpr,
        AnyExpr
      ]
      return op.lstmCell(x, { hidden, cell }, { inputWeight, hiddenWeight, inputBias }).hidden
    }
  ),
  gruCell: row(6, Schema.Struct({ gates: Schema.optionalKey(Schema.Literal("r z n")) }), (inputs) => {
    const [x, hidden, inputWeight, hiddenWeight, inputBias, hiddenBias] = inputs as [
      AnyExpr,
      AnyExpr,
      AnyExpr,
      AnyExpr,
      AnyExpr,
      AnyExpr
    ]
    return op.gruCell(x, hidden, { inputWeight, hiddenWeight, inputBias, hiddenBias })
  })
}
