import { assert, layer } from "@effect/vitest"
import { run, Tensor } from "@residual/backends"
import * as Cpu from "@residual/backends/cpu"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, input, op, Shape } from "@residual/core"
import { vjp } from "@residual/graph"
import * as Effect from "effect/Effect"
import { epsilonOf, isWithin } from "../src/backend/resultTolerance.ts"
import { cpuJudge } from "./judge/cpuJudge.ts"
import { alongOneAxis, multiplied, ofProduct, ofRank, products, shapes, sizes } from "./shapes/compositions.ts"
import { convolutions, convolved, ofConvolution } from "./shapes/convolution.ts"
import { holdsBy, named } from "./shapes/holds.ts"
import { ofNoElements } from "./shapes/noElements.ts"

const holds = holdsBy(cpuJudge)

const attentions = [
  { heads: [2, 2], keyHeads: [1, 1], queries: 5, keys: 5, width: 4 },
  { heads: [2, 2], keyHeads: [1, 2], queries: 70, keys: 70, width: 6 },
  { heads: [1, 2], keyHeads: [1, 2], queries: 40, keys: 100, width: 5 },
  { heads: [4, 1], keyHeads: [2, 1], queries: 70, keys: 40, width: 6 },
  { heads: [4, 1], keyHeads: [1, 1], queries: 33, keys: 65, width: 8 },
  { heads: [1, 1], keyHeads: [1, 1], queries: 1, keys: 64, width: 16 }
] as const

type Sizes = (typeof attentions)[number]

const noise = (shape: Shape.Shape, step: number): Tensor.Tensor =>
  Tensor.make(
    Array.from({ length: Shape.size(shape) }, (_, at) => Math.sin(at * step + step)),
    { shape }
  )

/** Rows in the order of the columns of a table that they fill row by row, so that none lie equal steps apart. */
const turned = (x: AnyExpr): AnyExpr => {
  const [heads, rows, width] = x.type.shape as [number, number, number]
  const height = [2, 3, 5].find((factor) => rows % factor === 0) ?? 1
  const table = op.reshape(x, [heads, height, rows / height, width])
  return op.reshape(op.transpose(table, [0, 2, 1, 3]), [heads, rows, width])
}

/** Attention and what it hands back, its heads an axis made of two, to within what order and rounding make of 100 terms. */
const holdsAttention = ({ heads: [a, b], keyHeads: [c, d], queries, keys, width }: Sizes, kind: string) =>
  Effect.gen(function* () {
    const inputs = {
      q: noise([b, queries, a, width], 0.7),
      k: noise([c * d, keys, width], 1.3),
      v: noise([c * d, keys, width + 1], 0.9),
      residual: noise([a * b, queries, width + 1], 1.1),
      ...(kind === "masked" ? { m: noise([queries, keys], 3.3) } : {})
    }
    const [q, k, v] = [
      input("q", inputs.q.type.shape),
      input("k", inputs.k.type.shape),
      input("v", inputs.v.type.shape)
    ]
    const split = op.reshape(op.transpose(q, [2, 0, 1, 3]), [a * b, queries, width])
    const placed = kind === "turned" ? turned : (x: AnyExpr): AnyExpr => x
    const y = op.attention(placed(split), placed(k), placed(v), {
      causal: kind === "causal" || kind === "turned",
      ...(kind === "masked" ? { mask: op.less(input("m", [queries, keys]), 0.9) } : {})
    })
    const residuals = vjp(y, { q, k, v }, placed(input("residual", inputs.residual.type.shape)))
    const outputs = { y, ...residuals }
    const found = yield* run(outputs, inputs)
    const expected = yield* Effect.provide(run(outputs, inputs), Reference.layer(), { local: true })
    for (const name of ["y", "q", "k", "v"] as const) {
      const [actual, wanted] = [Tensor.toTypedArray(found[name]), Tensor.toTypedArray(expected[name])]
      for (const [at, value] of wanted.entries()) {
        const units = name === "y" ? 64 : 1024
        if (!isWithin(actual[at] as number, value, units, epsilonOf("f32"))) {
          assert.fail(`${kind} ${name}[${at}] is ${actual[at]}, not ${value}`)
        }
      }
    }
  })

const smallest = 2 ** -149
const nearZero = [
  smallest,
  -smallest,
  2 ** -148,
  1e-40,
  -1e-40,
  2 ** -126,
  -(2 ** -126),
  3e-39,
  1.1e-38,
  2e-30,
  -0,
  0,
  1
]

for (const [name, options] of [
  ["one thread", { threads: 1 }],
  ["one thread, without fused products", { threads: 1, relaxedSimd: false }],
  ["two threads", { threads: 2, shareFrom: 0 }]
] as const) {
  layer(Cpu.layer(options), { excludeTestServices: true })(`on ${name}`, (it) => {
    it.effect.each(sizes)("views, sums and orders of %i elements", (n) =>
      Effect.forEach(["f32", "f64", "i32", "u32", "bool"] as const, (dtype) =>
        holds({ x: { shape: [n], dtype } }, ({ x }) => named(alongOneAxis(x as AnyExpr)))
      )
    )

    it.effect.each(shapes.map((shape) => ({ shape })))("axes of $shape", ({ shape }) =>
      Effect.forEach(["f32", "f64", "i32"] as const, (dtype) =>
        holds({ x: { shape, dtype } }, ({ x }) => named(ofRank(x as AnyExpr)))
      )
    )

    it.effect.each(products.map((sizes) => ({ sizes })))("products of sizes $sizes", ({ sizes }) =>
      Effect.forEach(["f32", "f64", "i32"] as const, (dtype) =>
        holds(multiplied(sizes, dtype), (operands) => named(ofProduct(operands)))
      )
    )

    it.effect.each(convolutions.map((sizes) => ({ sizes })))("convolutions of sizes $sizes", ({ sizes }) =>
      Effect.forEach(["f32", "f64"] as const, (dtype) => holds(convolved(sizes, dtype), ofConvolution))
    )

    it.effect("lookups and writes where there are no elements", () =>
      Effect.forEach(["f32", "f64", "i32"] as const, (dtype) =>
        holds({ x: { shape: [3], dtype }, at: { shape: [2], dtype: "i32" } }, ofNoElements)
      )
    )

    it.effect("computations that differ in what a value is kept for, or in how far a loop of them counts", () =>
      Effect.andThen(
        holds({ x: { shape: [40] }, u: { shape: [40] } }, ({ x, u }) => {
          const shifted = op.pad(op.slice(x as AnyExpr, { stops: [39] }), { before: [1], after: [0] })
          const sum = op.add(shifted, u as AnyExpr)
          return { sum, running: op.cumSum(sum, { axis: 0 }) }
        }),
        holds({ x: { shape: [1000] } }, ({ x }) => {
          const tripled = (row: AnyExpr): AnyExpr => {
            const n = row.type.shape[0] as number
            return op.flip(op.reshape(op.broadcastTo(op.expandDims(row, 1), [n, 3]), [3 * n]))
          }
          const few = op.mul(tripled(op.slice(x as AnyExpr, { starts: [998] })), 2)
          const many = op.concat([op.slice(x as AnyExpr, { starts: [6] }), op.sort(few).values])
          return { few, many: op.mul(tripled(op.cumSum(many, { axis: 0 })), 2) }
        })
      )
    )

    it.effect("quotients by the largest number of a row are 1 there", () =>
      holds({ x: { shape: [3, 50], values: Array.from({ length: 150 }, (_, at) => (at % 50) + 0.3) } }, ({ x }) => {
        const scaled = op.div(x as AnyExpr, op.max(x as AnyExpr, { axes: [1], keepDims: true }))
        return { scaled, whole: op.floor(scaled), isLargest: op.equal(scaled, 1) }
      })
    )

    it.effect("a loop of more steps than there are bytes to count", () =>
      Effect.gen(function* () {
        const numbers = op.add(op.iota([2 ** 29 + 8], { dtype: "i32" }), input("x", [], { dtype: "i32" }))
        const largest = yield* run(op.max(numbers), { x: 3 })
        assert.strictEqual(Tensor.toArray(largest), 2 ** 29 + 10)
      })
    )

    it.effect.each(attentions.map((sizes) => ({ sizes })))("attention of sizes $sizes", ({ sizes }) =>
      Effect.forEach(["neither", "causal", "masked", "turned"] as const, (kind) => holdsAttention(sizes, kind))
    )

    it.effect("numbers so small that they have fewer digits", () =>
      holds(
        { x: { shape: [nearZero.length], values: nearZero }, half: { shape: [], values: [0.5] } },
        ({ x, half }) => {
          const [small, scalar] = [x as AnyExpr, half as AnyExpr]
          const pairs = op.mul(op.reshape(small, [-1, 1]), small)
          const wide = op.mul(op.cast(small, "f64"), 0.75)
          const floats = [
            op.mul(small, scalar),
            op.add(small, op.flip(small)),
            op.div(small, 3),
            pairs,
            op.cast(wide, "f32")
          ]
          const others = [op.sqrt(op.abs(small)), op.exp(op.log(op.abs(small))), op.sin(small), op.tanh(small)]
          const tests = [op.greater(small, 0), op.equal(small, 0), op.cast(small, "bool"), op.sort(small).indices]
          const matrix = op.matmul(
            op.reshape(small, [1, nearZero.length]),
            op.broadcastTo(op.reshape(scalar, [1, 1]), [nearZero.length, 5])
          )
          return named([
            ...floats,
            ...others,
            ...tests,
            matrix,
            op.sum(small),
            op.max(op.neg(small)),
            op.maximum(small, 0)
          ])
        }
      )
    )
  })
}
