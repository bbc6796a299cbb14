import { type AnyExpr, op } from "@residual/core"
import fc from "fast-check"
import { axes, axis } from "../arbitrary/attribute.ts"
import { between, type Domain, distinct, nonZero, real, spread } from "../arbitrary/domain.ts"
import { type ShapeOptions, shape } from "../arbitrary/shape.ts"
import { boolTensor, tensor } from "../arbitrary/tensor.ts"
import { type Law, lawCase } from "./law.ts"

interface Options {
  readonly axes?: ReadonlyArray<number>
  readonly keepDims: boolean
}

const options = (shape: ReadonlyArray<number>): fc.Arbitrary<Options> =>
  fc
    .record({ axes: axes(shape), keepDims: fc.boolean() })
    .map(({ axes, keepDims }) => ({ keepDims, ...(axes === undefined ? {} : { axes }) }))

const reduced = (
  name: string,
  f: (x: AnyExpr, options: Options) => AnyExpr,
  rest: { readonly variant?: string; readonly domain?: Domain; readonly shapes?: ShapeOptions } = {}
): Law => ({
  op: name,
  ...(rest.variant === undefined ? {} : { variant: rest.variant }),
  cases: shape(rest.shapes).chain((shape) =>
    fc
      .record({ x: tensor(shape, rest.domain ?? real), options: options(shape) })
      .map(({ x, options }) => lawCase({ x }, ({ x }) => f(x, options), options))
  )
})

/** Deviations are smooth where elements differ, so at least two elements are reduced, and they are far apart. */
const deviations = shape({ minRank: 1, minSize: 2 }).chain((shape) =>
  fc.record({
    x: tensor(shape, spread),
    axes: fc.subarray([...shape.keys()], { minLength: 1 }),
    keepDims: fc.boolean(),
    correction: fc.constantFrom(0, 1)
  })
)

const searched = (name: string, f: typeof op.argMax): Law => ({
  op: name,
  cases: shape({ minRank: 1 }).chain((shape) =>
    fc
      .record({ x: tensor(shape), axis: fc.option(axis(shape), { nil: undefined }), keepDims: fc.boolean() })
      .map(({ x, axis, keepDims }) => {
        const options = { keepDims, ...(axis === undefined ? {} : { axis }) }
        return lawCase({ x }, ({ x }) => f(x, options), options)
      })
  ),
  noResidual: "indices have none"
})

const quantified = (name: string, f: typeof op.any): Law => ({
  op: name,
  cases: shape({ minSize: 0 }).chain((shape) =>
    fc
      .record({ x: boolTensor(shape), options: options(shape) })
      .map(({ x, options }) => lawCase({ x }, ({ x }) => f(x, options), options))
  ),
  noResidual: "bools have none"
})

/** Rows of the reductions, over any axes, counted from either end. */
export const reductionLaws: ReadonlyArray<Law> = [
  reduced("sum", op.sum),
  reduced("sum", op.sum, { variant: "of nothing", shapes: { minSize: 0, maxSize: 2 } }),
  reduced("mean", op.mean),
  reduced("max", op.max, { domain: distinct }),
  reduced("min", op.min, { domain: distinct }),
  reduced("prod", op.prod),
  reduced("prod", op.prod, { variant: "with zeros", domain: between(-1, 1, { grid: 1 }) }),
  reduced("logSumExp", op.logSumExp, { domain: between(-6, 6) }),
  reduced("norm", op.norm, { domain: between(-2, 2, { avoid: [0], margin: 0.25 }) }),
  reduced("norm", (x, options) => op.norm(x, { ...options, order: 1 }), { variant: "of order 1", domain: nonZero }),
  reduced("norm", (x, options) => op.norm(x, { ...options, order: Number.POSITIVE_INFINITY }), {
    variant: "of order ∞",
    domain: between(0.25, 3, { distinct: true })
  }),
  ...Object.entries({ variance: op.variance, std: op.std }).map(
    ([name, f]): Law => ({
      op: name,
      step: 2 ** -11,
      cases: deviations.map(({ x, ...options }) => lawCase({ x }, ({ x }) => f(x, options), options))
    })
  ),
  searched("argMax", op.argMax),
  searched("argMin", op.argMin),
  quantified("any", op.any),
  quantified("all", op.all)
]
