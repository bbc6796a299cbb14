import { type AnyExpr, op } from "@residual/core"
import fc from "fast-check"
import { axis } from "../arbitrary/attribute.ts"
import { between, positive, spread } from "../arbitrary/domain.ts"
import { type ShapeOptions, shape } from "../arbitrary/shape.ts"
import { tensor } from "../arbitrary/tensor.ts"
import { type Law, lawCase } from "./law.ts"

/** The reciprocal of a deviation has large higher derivatives. */
const step = 2 ** -11

interface Affine {
  readonly scale: AnyExpr
  readonly bias: AnyExpr
}

/** A row of a normalisation with a scale and a bias of the sizes of some axes. */
const normalised = (
  name: string,
  affine: (shape: ReadonlyArray<number>) => ReadonlyArray<number>,
  f: (x: AnyExpr, affine: Affine) => AnyExpr | ReadonlyArray<AnyExpr>,
  shapes: ShapeOptions,
  variant?: string
): Law => ({
  op: name,
  step,
  ...(variant === undefined ? {} : { variant }),
  cases: shape({ minSize: 2, ...shapes }).chain((shape) =>
    fc
      .record({ x: tensor(shape, spread), scale: tensor(affine(shape)), bias: tensor(affine(shape)) })
      .map((inputs) => lawCase(inputs, ({ x, scale, bias }) => f(x, { scale, bias })))
  )
})

/** A row of a normalisation that is given neither scale nor bias. */
const plain = (name: string, f: (x: AnyExpr) => AnyExpr, shapes: ShapeOptions): Law => ({
  op: name,
  variant: "plain",
  step,
  cases: shape({ minSize: 2, ...shapes }).chain((shape) =>
    tensor(shape, spread).map((x) => lawCase({ x }, ({ x }) => f(x)))
  )
})

const last = (shape: ReadonlyArray<number>): ReadonlyArray<number> => shape.slice(-1)
const channels = (shape: ReadonlyArray<number>): ReadonlyArray<number> => shape.slice(1, 2)

const away = between(-2, 2, { avoid: [0], margin: 0.25 })

/** Rows of the normalisations, of elements that are well apart. */
export const normalisationLaws: ReadonlyArray<Law> = [
  normalised("layerNorm", last, (x, affine) => op.layerNorm(x, affine), { minRank: 1 }),
  normalised(
    "layerNorm",
    (shape) => shape.slice(-2),
    (x, affine) => op.layerNorm(x, { ...affine, axes: [-2, -1], epsilon: 1e-3 }),
    { minRank: 2 },
    "over two axes"
  ),
  plain("layerNorm", (x) => op.layerNorm(x), { minRank: 1 }),
  normalised("rmsNorm", last, (x, { scale, bias }) => op.add(op.rmsNorm(x, { scale }), bias), { minRank: 1 }),
  plain("rmsNorm", (x) => op.rmsNorm(x), { minRank: 1 }),
  normalised("groupNorm", channels, (x, affine) => op.groupNorm(x, { ...affine, groups: 1 }), { minRank: 2 }),
  {
    op: "groupNorm",
    variant: "in two groups",
    step,
    cases: fc
      .record({ x: tensor([1, 4, 2], spread), scale: tensor([4]), bias: tensor([4]) })
      .map((inputs) => lawCase(inputs, ({ x, scale, bias }) => op.groupNorm(x, { groups: 2, scale, bias })))
  },
  normalised("instanceNorm", channels, (x, affine) => op.instanceNorm(x, affine), { minRank: 3 }),
  plain("instanceNorm", (x) => op.instanceNorm(x), { minRank: 3 }),
  normalised(
    "batchNormTraining",
    channels,
    (x, affine) => {
      const { output, mean, variance } = op.batchNormTraining(x, affine)
      return [output, mean, variance]
    },
    { minRank: 2 }
  ),
  {
    op: "batchNormTraining",
    variant: "with rows that count by weights",
    step,
    cases: shape({ minRank: 2, minSize: 2 }).chain((shape) =>
      fc
        .record({
          x: tensor(shape, spread),
          scale: tensor(channels(shape)),
          bias: tensor(channels(shape)),
          weights: tensor(shape.slice(0, 1), positive)
        })
        .map((inputs) =>
          lawCase(inputs, ({ x, ...options }) => {
            const { output, mean, variance } = op.batchNormTraining(x, options)
            return [output, mean, variance]
          })
        )
    )
  },
  {
    op: "batchNorm",
    cases: shape({ minRank: 2 }).chain((shape) =>
      fc
        .record({
          x: tensor(shape),
          scale: tensor(channels(shape)),
          bias: tensor(channels(shape)),
          mean: tensor(channels(shape)),
          variance: tensor(channels(shape), positive)
        })
        .map((inputs) => lawCase(inputs, ({ x, ...options }) => op.batchNorm(x, options)))
    )
  },
  {
    op: "l2Normalize",
    step,
    cases: shape({ minRank: 1 }).chain((shape) =>
      fc
        .record({ x: tensor(shape, away), axis: axis(shape) })
        .map(({ x, axis }) => lawCase({ x }, ({ x }) => op.l2Normalize(x, { axis }), { axis }))
    )
  },
  {
    op: "cosineSimilarity",
    step,
    cases: shape({ minRank: 1 }).chain((shape) =>
      fc
        .record({ a: tensor(shape, away), b: tensor(shape, away), axis: axis(shape) })
        .map(({ a, b, axis }) => lawCase({ a, b }, ({ a, b }) => op.cosineSimilarity(a, b, { axis }), { axis }))
    )
  }
]
