import { type AnyExpr, apply, DType, op, primitives, Shape } from "@residual/core"
import type { Exprs, Operand } from "./holds.ts"

/** A row with numbers before and behind it, and between its elements. */
const spreadOut = (x: AnyExpr, before: number, after: number, interior: number): AnyExpr =>
  apply(primitives.pad, [x], { before: [before], after: [after], interior: [interior], value: 1 })

/** Everything that reads one axis in some way, and what follows it. */
export const alongOneAxis = (x: AnyExpr): ReadonlyArray<AnyExpr> => {
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
  const floats = DType.isFloat(dtype) ? views.flatMap((view) => [op.tanh(view), op.softplus(view)]) : []
  const softmax = DType.isFloat(dtype) && n > 0 ? [op.softmax(x), op.layerNorm(x)] : []
  return [...views, ...numeric, ...largest, ...sorted, ...floats, ...softmax, op.cast(op.flip(x), "f32")]
}

/** Shapes of every rank up to 6. */
export const shapes: ReadonlyArray<Shape.Shape> = [
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
export const ofRank = (x: AnyExpr): ReadonlyArray<AnyExpr> => {
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

/** Lengths of rows about those that are computed together. */
export const sizes = [0, 1, 2, 3, 4, 5, 8, 15, 17, 33, 66]

/** Rows, steps and columns of a product. */
export type ProductSizes = readonly [m: number, k: number, n: number]

/** Products of few rows, columns and steps, and of more than a tile has. */
export const products: ReadonlyArray<ProductSizes> = [
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

/** Operands of a product that lie in every way, and a row that is added. */
export const multiplied = ([m, k, n]: ProductSizes, dtype: DType.DType): Readonly<Record<string, Operand>> => ({
  a: { shape: [m, k], dtype },
  b: { shape: [k, n], dtype },
  turnedA: { shape: [k, m], dtype },
  turnedB: { shape: [n, k], dtype },
  wide: { shape: [m, Math.max(0, 2 * k - 1)], dtype },
  bias: { shape: [n], dtype }
})

/** A product of operands that lie in every way, and what is computed of it. */
export const ofProduct = ({ a, b, turnedA, turnedB, wide, bias }: Exprs): ReadonlyArray<AnyExpr> => {
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
