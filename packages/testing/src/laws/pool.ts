import { type AnyExpr, op } from "@residual/core"
import fc from "fast-check"
import { type Domain, distinct, real } from "../arbitrary/domain.ts"
import { tensor } from "../arbitrary/tensor.ts"
import { type Law, lawCase } from "./law.ts"

interface Options {
  readonly kernel: number
  readonly dilation: number
  readonly strides?: number
  readonly padding: number
}

const options: fc.Arbitrary<Options> = fc
  .record({
    kernel: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    strides: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    padded: fc.boolean()
  })
  .map(({ kernel, dilation, strides, padded }) => ({
    kernel,
    dilation,
    padding: padded ? kernel >> 1 : 0,
    ...(strides === undefined ? {} : { strides })
  }))

/** A row of a pooling along the last `rank` axes, over images that hold at least one window. */
const pooled = (
  name: string,
  rank: 1 | 2,
  f: (x: AnyExpr, options: Options) => AnyExpr,
  {
    domain = real,
    dilated = false,
    variant
  }: { readonly domain?: Domain; readonly dilated?: boolean; readonly variant?: string } = {}
): Law => ({
  op: name,
  ...(variant === undefined ? {} : { variant }),
  cases: fc
    .tuple(options, fc.integer({ min: 1, max: 2 }), fc.array(fc.nat(3), { minLength: rank, maxLength: rank }))
    .chain(([drawn, channels, more]) => {
      const options = dilated ? drawn : { ...drawn, dilation: 1 }
      const span = options.dilation * (options.kernel - 1) + 1
      return tensor([1, rank === 1 ? channels : 1, ...more.map((count) => span + count)], domain).map((x) =>
        lawCase({ x }, ({ x }) => f(x, options), options)
      )
    })
})

const realOnly = { countIncludePad: false }
const variant = "without what is padded"

/** Rows of the poolings, and of the windows that they read. */
export const poolLaws: ReadonlyArray<Law> = [
  pooled("maxPool1d", 1, op.maxPool1d, { domain: distinct, dilated: true }),
  pooled("maxPool2d", 2, op.maxPool2d, { domain: distinct, dilated: true }),
  pooled("avgPool1d", 1, op.avgPool1d),
  pooled("avgPool2d", 2, op.avgPool2d),
  pooled("avgPool1d", 1, (x, options) => op.avgPool1d(x, { ...options, ...realOnly }), { variant }),
  pooled("avgPool2d", 2, (x, options) => op.avgPool2d(x, { ...options, ...realOnly }), { variant }),
  pooled("unfold", 2, op.unfold, { dilated: true }),
  {
    op: "adaptiveAvgPool2d",
    cases: fc
      .record({
        rows: fc.integer({ min: 1, max: 5 }),
        columns: fc.integer({ min: 1, max: 5 }),
        sizes: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
      })
      .chain(({ rows, columns, sizes }) =>
        tensor([1, 1, rows, columns]).map((x) => lawCase({ x }, ({ x }) => op.adaptiveAvgPool2d(x, sizes), { sizes }))
      )
  }
]
