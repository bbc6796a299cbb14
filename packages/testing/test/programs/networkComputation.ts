import { type AnyExpr, input, op, Shape, slot, TensorType } from "@residual/core"
import { type Computation, grad } from "@residual/graph"

/** Takes numbers one after the other, and 0 when they have run out. */
type Next = (limit: number) => number

const leaves = (dtype: "f32" | "f64"): ReadonlyArray<AnyExpr> => [
  input("x", [4, 6], { dtype }),
  input("cube", [2, 3, 4], { dtype }),
  input("row", [6], { dtype }),
  slot("weight", [4, 6], { dtype }),
  slot("moment", [4, 6], { dtype })
]

const axisOf = (x: AnyExpr, next: Next): number => next(x.type.shape.length)

/** Parts of networks, which tie rows, columns, heads and products together; each has a value of rank 2 or more. */
const parts: ReadonlyArray<(x: AnyExpr, other: AnyExpr, next: Next) => AnyExpr> = [
  (x, _, next) => op.softmax(x, { axis: axisOf(x, next) }),
  (x) => op.layerNorm(x),
  (x, _, next) => op.attention(op.swapLast(x), op.swapLast(op.tanh(x)), op.swapLast(x), { causal: next(2) === 0 }),
  (x, _, next) => op.sub(x, op.mean(x, { axes: [axisOf(x, next)], keepDims: true })),
  (x, _, next) => op.mul(x, op.sum(op.exp(x), { axes: [axisOf(x, next)], keepDims: true })),
  (x, _, next) => op.broadcastTo(op.max(x, { axes: [axisOf(x, next)], keepDims: true }), x.type.shape),
  (x) => op.dot(x, op.swapLast(x)),
  (x) => op.gelu(op.dot(op.swapLast(x), op.tanh(x))),
  (x) => {
    const [width, { dtype }] = [x.type.shape.at(-1) as number, x.type]
    return op.add(op.matmul(x, input(`w${width}`, [width, 3], { dtype })), input("bias", [3], { dtype }))
  },
  (x, _, next) =>
    op.transpose(
      x,
      next(2) === 0 ? undefined : [...x.type.shape.keys()].map((axis, _, all) => (axis + 1) % all.length)
    ),
  (x, _, next) => op.swapLast(next(2) === 0 ? op.tanh(x) : x),
  (x) => op.reshape(x, [Shape.size(x.type.shape) / (x.type.shape[0] as number), x.type.shape[0] as number]),
  (x, _, next) => op.concat([x, next(2) === 0 ? x : op.neg(x)], { axis: axisOf(x, next) }),
  (x, _, next) => op.slice(x, { starts: x.type.shape.map((length) => next(length)) }),
  (x, _, next) => op.pad(x, { before: x.type.shape.map(() => next(2)) }),
  (x, _, next) => op.gather(x, op.cast(op.iota([2]), "i32"), { axis: axisOf(x, next) }),
  (x) => op.cumSum(x, { axis: 0 }),
  (x) => op.barrier(x),
  (x, other) => (Shape.broadcast(x.type.shape, other.type.shape) === undefined ? x : op.mul(x, other)),
  (x, other) => (Shape.broadcast(x.type.shape, other.type.shape) === undefined ? x : op.add(x, op.exp(other)))
]

/** A random network with its gradients and a step of its optimiser, from numbers; its floats are of one type. */
export const networkComputation = (numbers: ReadonlyArray<number>, dtype: "f32" | "f64" = "f32"): Computation => {
  let at = 0
  const next: Next = (limit) => (numbers[at++] ?? 0) % Math.max(1, limit)
  const made: Array<AnyExpr> = [...leaves(dtype)]
  while (at < numbers.length) {
    const deep = made.filter(({ type }) => type.shape.length >= 2 && !type.shape.includes(0)).toReversed()
    const x = deep[next(Math.min(deep.length, 4))] as AnyExpr
    const other = made[next(made.length)] as AnyExpr
    const value = (parts[next(parts.length)] as (typeof parts)[number])(x, other, next)
    if (Shape.size(value.type.shape) <= 200) made.push(value)
  }
  const last = made.at(-1) as AnyExpr
  const gradients = grad(op.sum(op.tanh(last)), made.slice(0, 5))
  const [weight, moment] = [made[3], made[4]] as [AnyExpr, AnyExpr]
  const moved = op.add(op.mul(moment, 0.9), gradients[3] as AnyExpr)
  const like = made.toReversed().find(({ type }) => TensorType.equals(type, moment.type)) as AnyExpr
  return {
    outputs: {
      last,
      middle: made[made.length >> 1] as AnyExpr,
      ...Object.fromEntries(gradients.map((gradient, which) => [`gradient ${which}`, gradient as AnyExpr]))
    },
    updates: { weight: op.sub(weight, moved), moment: next(2) === 0 ? moved : like }
  }
}
