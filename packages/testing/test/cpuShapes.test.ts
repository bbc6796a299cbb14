import { assert, layer } from "@effect/vitest"
import { run, Tensor } from "@residual/backends"
import * as Cpu from "@residual/backends/cpu"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, apply, type DType, input, op, primitives, Shape } from "@residual/core"
import { vjp } from "@residual/graph"
import * as Effect from "effect/Effect"
import { epsilonOf, isWithin } from "../src/backend/resultTolerance.ts"
import { judge } from "./cpu/judge.ts"
import { runComputation } from "./cpu/runComputation.ts"

type Exprs = Readonly<Record<string, AnyExpr>>

interface Operand {
  readonly shape: Shape.Shape
  readonly dtype?: DType.DType
  readonly values?: ReadonlyArray<number>
}

/** Numbers on a grid that repeats after a prime number of elements: sums of their products are exact in 32 bits. */
const onGrid = ({ shape, dtype = "f32" }: Operand): ReadonlyArray<number> =>
  Array.from({ length: Shape.size(shape) }, (_, at) => {
    const whole = ((at * 7) % 23) - 11
    if (dtype === "bool") return Math.abs(whole % 2)
    if (dtype === "u32") return Math.abs(whole)
    return dtype === "i32" ? whole : whole / 8
  })

/** Computes expressions of operands on the backend at hand, and fails where an element is none that is permitted. */
const holds = (operands: Readonly<Record<string, Operand>>, compose: (inputs: Exprs) => Exprs) => {
  const inputs = Object.fromEntries(
    Object.entries(operands).map(([name, { shape, dtype = "f32" }]) => [name, input(name, shape, { dtype })])
  )
  const tensors = Object.fromEntries(
    Object.entries(operands).map(([name, operand]) => [
      name,
      Tensor.make(operand.values ?? onGrid(operand), { shape: operand.shape, dtype: operand.dtype ?? "f32" })
    ])
  )
  const outputs = compose(inputs)
  return Effect.map(runComputation({ outputs }, tensors, {}), (found) => {
    const { defect, elements, decided } = judge({ outputs }, tensors, found)
    assert.strictEqual(defect, undefined)
    assert.strictEqual(decided, elements)
  })
}

const named = (exprs: ReadonlyArray<AnyExpr>): Exprs => Object.fromEntries(exprs.map((expr, at) => [`${at}`, expr]))

const isFloat = (dtype: DType.DType): boolean => dtype === "f32" || dtype === "f64"

/** A row with numbers before and behind it, and between its elements. */
const spreadOut = (x: AnyExpr, before: number, after: number, interior: number): AnyExpr =>
  apply(primitives.pad, [x], { before: [before], after: [after], interior: [interior], value: 1 })

/** Everything that reads one axis in some way, and what follows it. */
const alongOneAxis = (x: AnyExpr): ReadonlyArray<AnyExpr> => {
  const { dtype, shape } = x.type
  const n = shape[0] as number
  const views = [
    x,
    op.flip(x),
    op.slice(x, { steps: [2] }),
    op.slice(x, { starts: [1], steps: [3] }),
    op.slice(x, { starts: [n - 1], steps: [-1] }),
    op.slice(x, { starts: [n - 1], steps: [-3] }),
    spreadOut(x, 2, 1, 1),
    spreadOut(op.flip(x), 1, 0, 2),
    op.roll(x, 3, { axes: 0 }),
    op.concat([x, op.flip(x), x]),
    op.broadcastTo(x, [3, n]),
    op.transpose(op.broadcastTo(x, [3, n])),
    ...(n < 3 || dtype === "bool"
      ? []
      : [op.window(x, { sizes: [3], strides: [2] }), op.window(x, { sizes: [2], dilations: [2] })])
  ]
  const numeric =
    dtype === "bool" ? [] : views.flatMap((view) => [op.add(view, view), op.sum(view), op.cumSum(view, { axis: -1 })])
  const largest = views.filter(({ type }) => Shape.size(type.shape) > 0).map((view) => op.max(view, { axes: [-1] }))
  const sorted = dtype === "bool" ? [] : Object.values(op.sort(op.flip(x), { descending: true }))
  const floats = isFloat(dtype) ? views.flatMap((view) => [op.tanh(view), op.softplus(view)]) : []
  const softmax = isFloat(dtype) && n > 0 ? [op.softmax(x), op.layerNorm(x)] : []
  return [...views, ...numeric, ...largest, ...sorted, ...floats, ...softmax, op.cast(op.flip(x), "f32")]
}

const shapes: ReadonlyArray<Shape.Shape> = [
  [],
  [1],
  [5],
  [3, 5],
  [2, 3, 5],
  [2, 1, 3, 5],
  [2, 3, 1, 2, 5],
  [2, 1, 3, 2, 1, 5]
]

/** Axes turned round and about, reduced and stretched. */
const ofRank = (x: AnyExpr): ReadonlyArray<AnyExpr> => {
  const { shape } = x.type
  const axes = [...shape.keys()]
  const turned = op.transpose(x)
  const cycled = op.transpose(x, [...axes.slice(1), ...axes.slice(0, 1)])
  const views = [x, turned, cycled, op.flip(turned), op.expandDims(cycled, -1)]
  const parts = views.map((view) =>
    op.slice(view, { steps: view.type.shape.map((_, axis) => (axis % 2 === 0 ? -1 : 2)) })
  )
  const reduced = [[], ...axes.map((axis) => [axis]), axes.filter((axis) => axis % 2 === 0)].flatMap((chosen) => [
    op.sum(cycled, { axes: chosen }),
    op.max(turned, { axes: chosen, keepDims: true }),
    op.sub(turned, op.max(turned, { axes: chosen, keepDims: true }))
  ])
  const products = axes.length < 2 ? [] : [op.matmul(x, op.swapLast(x)), op.matmul(op.swapLast(cycled), cycled)]
  return [
    ...views,
    ...parts,
    ...parts.map((part) => op.mul(part, part)),
    ...reduced,
    ...products,
    op.reshape(turned, [-1])
  ]
}

const sizes = [0, 1, 2, 3, 4, 5, 8, 15, 17, 33, 66]

const products: ReadonlyArray<readonly [m: number, k: number, n: number]> = [
  [1, 1, 1],
  [1, 7, 5],
  [5, 1, 3],
  [3, 0, 4],
  [0, 3, 4],
  [4, 3, 0],
  [3, 5, 4],
  [4, 4, 4],
  [7, 9, 17],
  [1, 33, 65],
  [65, 33, 1],
  [2, 70, 37],
  [33, 17, 19]
]

/** A product of operands that lie in every way, and what is computed of it. */
const ofProduct = ({ a, b, turnedA, turnedB, wide, bias }: Exprs): ReadonlyArray<AnyExpr> => {
  const [left, right, columns] = [a as AnyExpr, b as AnyExpr, bias as AnyExpr]
  const turned = [op.transpose(turnedA as AnyExpr), op.transpose(turnedB as AnyExpr)] as const
  const stepped = op.slice(wide as AnyExpr, { steps: [1, 2] })
  return [
    op.matmul(left, right),
    op.maximum(op.add(op.matmul(turned[0], right), columns), 0),
    op.transpose(op.mul(op.matmul(left, turned[1]), 2)),
    op.add(op.matmul(turned[0], turned[1]), columns),
    op.sum(op.matmul(stepped, right), { axes: [0] }),
    op.matmul(op.flip(left, [1]), op.flip(right))
  ]
}

const convolutions = [
  [2, 4, 3, 3, 2],
  [1, 3, 3, 2, 2],
  [2, 8, 9, 5, 5],
  [3, 7, 9, 4, 4],
  [3, 7, 9, 2, 6]
] as const

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

    it.effect.each(products.map((sizes) => ({ sizes })))("products of sizes $sizes", ({ sizes: [m, k, n] }) =>
      Effect.forEach(["f32", "f64", "i32"] as const, (dtype) =>
        holds(
          {
            a: { shape: [m, k], dtype },
            b: { shape: [k, n], dtype },
            turnedA: { shape: [k, m], dtype },
            turnedB: { shape: [n, k], dtype },
            wide: { shape: [m, Math.max(0, 2 * k - 1)], dtype },
            bias: { shape: [n], dtype }
          },
          (operands) => named(ofProduct(operands))
        )
      )
    )

    it.effect.each(convolutions.map((sizes) => ({ sizes })))(
      "convolutions of sizes $sizes",
      ({ sizes: [channels, height, width, rows, columns] }) =>
        Effect.forEach(["f32", "f64"] as const, (dtype) =>
          holds(
            {
              x: { shape: [2, channels, height, width], dtype },
              weight: { shape: [3, channels, rows, columns], dtype }
            },
            ({ x, weight }) => ({
              same: op.conv2d(x as AnyExpr, weight as AnyExpr, { padding: "same" }),
              strided: op.conv2d(x as AnyExpr, weight as AnyExpr, { strides: 2, padding: 3 }),
              pooled: op.maxPool2d(x as AnyExpr, { kernel: 3, strides: 2, padding: 1 })
            })
          )
        )
    )

    it.effect("lookups and writes where there are no elements", () =>
      Effect.forEach(["f32", "f64", "i32"] as const, (dtype) =>
        holds({ x: { shape: [3], dtype }, at: { shape: [2], dtype: "i32" } }, ({ x, at }) => {
          const [row, computed] = [x as AnyExpr, op.add(at as AnyExpr, 1)]
          const none = op.slice(op.pad(row, { before: [1], after: [1] }), { stops: [0] })
          const empty = op.reshape(none, [0, 2])
          const start = op.slice(computed, { stops: [1] })
          return named([
            op.gather(none, computed),
            op.gather(op.flip(op.tanh(op.cast(none, "f32"))), computed),
            op.gather(op.transpose(empty), computed, { axis: 1 }),
            op.gather(empty, computed),
            op.gather(row, op.reshape(op.slice(computed, { stops: [0] }), [0])),
            op.dynamicSlice(none, start, [0]),
            op.scatterAdd(none, computed, op.gather(row, computed)),
            op.scatterAdd(
              empty,
              op.broadcastTo(op.expandDims(computed, 1), [2, 2]),
              op.broadcastTo(op.gather(row, computed), [2, 2]),
              { axis: 0 }
            ),
            op.dynamicUpdateSlice(row, none, start),
            op.concat([none, row, none]),
            op.pad(none, { before: [2], after: [1], value: 1 })
          ])
        })
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
