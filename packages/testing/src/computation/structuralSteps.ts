import { type AnyExpr, apply, op, primitives, Shape } from "@residual/core"
import {
  type Draw,
  hasRank,
  isFloat,
  isInteger,
  isNumeric,
  mostElements,
  type Step,
  withPair,
  withValue
} from "./step.ts"

const any = (): boolean => true

const hasElements = ({ type }: AnyExpr): boolean => Shape.size(type.shape) > 0

const small = (x: AnyExpr): AnyExpr | undefined => (Shape.size(x.type.shape) <= mostElements ? x : undefined)

const axisOf = ({ type }: AnyExpr, draw: Draw): number => draw.below(type.shape.length)

const axesOf = ({ type }: AnyExpr, draw: Draw): ReadonlyArray<number> =>
  [...type.shape.keys()].filter(() => draw.boolean())

const shuffled = (items: ReadonlyArray<number>, draw: Draw): ReadonlyArray<number> => {
  const rest = [...items]
  return items.map(() => rest.splice(draw.below(rest.length), 1)[0] as number)
}

const perAxis = ({ type }: AnyExpr, draw: (length: number) => number): ReadonlyArray<number> => type.shape.map(draw)

/** Another shape of as many elements. */
const refactored = ({ shape }: AnyExpr["type"], draw: Draw): ReadonlyArray<number> => {
  const size = Shape.size(shape)
  if (size === 0) return [0]
  const divisors = Array.from({ length: size }, (_, at) => at + 1).filter((divisor) => size % divisor === 0)
  const first = draw.of(divisors)
  return draw.of([[size], [first, size / first], [1, first, size / first], [first, 1, size / first]])
}

/** Steps that reduce, order and accumulate. */
const reductions: ReadonlyArray<Step> = [
  withValue(isNumeric, (x, draw) => op.sum(x, { axes: axesOf(x, draw), keepDims: draw.boolean() })),
  withValue(hasElements, (x, draw) => op.max(x, { axes: axesOf(x, draw), keepDims: draw.boolean() })),
  withValue(
    (x) => isFloat(x) && hasElements(x),
    (x, draw) => op.mean(x, { axes: axesOf(x, draw) })
  ),
  withValue(
    (x) => isNumeric(x) && hasRank(1)(x),
    (x, draw) => op.cumSum(x, { axis: axisOf(x, draw), reverse: draw.boolean() })
  ),
  withValue(
    (x) => isNumeric(x) && hasRank(1)(x),
    (x, draw) => {
      const { values, indices } = op.sort(x, { axis: axisOf(x, draw), descending: draw.boolean() })
      return draw.boolean() ? values : indices
    }
  ),
  withValue(
    (x) => isFloat(x) && hasRank(1)(x) && hasElements(x),
    (x, draw) => op.softmax(x, { axis: axisOf(x, draw) })
  ),
  withValue(
    (x) => isFloat(x) && hasRank(1)(x) && hasElements(x),
    (x) => op.layerNorm(x)
  )
]

/** Steps that move elements. */
const movements: ReadonlyArray<Step> = [
  withValue(any, (x, draw) => op.reshape(x, refactored(x.type, draw))),
  withValue(any, (x, draw) => op.transpose(x, shuffled([...x.type.shape.keys()], draw))),
  withValue(hasRank(2), (x) => op.swapLast(x)),
  withValue(any, (x, draw) => {
    const stretched = x.type.shape.map((length) => (length === 1 ? 1 + draw.below(3) : length))
    const shape = draw.boolean() ? [1 + draw.below(2), ...stretched] : stretched
    return Shape.size(shape) <= mostElements ? op.broadcastTo(x, shape) : undefined
  }),
  withValue(hasRank(1), (x, draw) =>
    op.slice(x, {
      starts: perAxis(x, (length) => draw.below(length + 1)),
      stops: perAxis(x, (length) => draw.below(length + 2)),
      steps: perAxis(x, () => draw.of([1, 1, 2, -1]))
    })
  ),
  withValue(hasRank(1), (x, draw) => op.slice(x, { starts: perAxis(x, (length) => draw.below(Math.max(1, length))) })),
  withValue(hasRank(1), (x, draw) => op.flip(x, axesOf(x, draw))),
  withValue(hasRank(1), (x, draw) => {
    const before = perAxis(x, () => draw.below(2))
    const after = perAxis(x, () => draw.below(3))
    return small(op.pad(x, { before, after, value: draw.of(isFloat(x) ? [0, 1, -0.5] : [0, 1]) }))
  }),
  withPair(hasRank(1), (a, b, draw) => {
    if (!Shape.equals(a.type.shape, b.type.shape)) return undefined
    return small(op.concat([a, b], { axis: axisOf(a, draw) }))
  }),
  withValue(
    (x) => isNumeric(x) && hasRank(1)(x),
    (x, draw) => {
      const length = x.type.shape.at(-1) as number
      const size = 1 + draw.below(3)
      return length < size ? undefined : small(op.window(x, { sizes: [size], strides: [1 + draw.below(2)] }))
    }
  )
]

const isIndices = (x: AnyExpr): boolean => isInteger(x) && x.type.shape.length <= 2

/** Integers that are computed, so that those out of range are no error of the caller's. */
const indicesFrom = (draw: Draw): AnyExpr | undefined => {
  const integers = draw.value(isIndices)
  return integers === undefined ? undefined : op.add(integers, 1)
}

/** Steps that look up, write and multiply. */
const lookups: ReadonlyArray<Step> = [
  withValue(hasRank(1), (x, draw) => {
    const indices = indicesFrom(draw)
    return indices === undefined ? undefined : small(op.gather(x, indices, { axis: axisOf(x, draw) }))
  }),
  withValue(
    (x) => isNumeric(x) && hasRank(1)(x),
    (x, draw) => {
      const axis = axisOf(x, draw)
      const indices = indicesFrom(draw)
      if (indices === undefined) return undefined
      const shape = [...x.type.shape.slice(0, axis), ...indices.type.shape, ...x.type.shape.slice(axis + 1)]
      if (Shape.size(shape) > mostElements) return undefined
      const updates = op.cast(op.iota([...shape, 1], { axis: shape.length }), x.type.dtype)
      const ones = op.add(op.reshape(updates, shape), 1)
      return apply(primitives.scatterAdd, [x, indices, ones], { axis, batch: 0 })
    }
  ),
  withValue(hasRank(1), (x, draw) => {
    const start = op.add(op.iota(x.type.shape.length === 0 ? [1] : [x.type.shape.length]), draw.below(2) - 1)
    return op.dynamicSlice(
      x,
      start,
      perAxis(x, (length) => draw.below(length + 1))
    )
  }),
  withPair(hasRank(1), (x, update, draw) => {
    const fits =
      update.type.shape.length === x.type.shape.length &&
      update.type.shape.every((length, axis) => length <= (x.type.shape[axis] as number))
    const start = op.add(op.iota([x.type.shape.length]), draw.below(2) - 1)
    return fits ? op.dynamicUpdateSlice(x, update, start) : undefined
  }),
  withValue(
    (x) => isNumeric(x) && hasRank(2)(x),
    (x, draw) => {
      const other = draw.value(
        ({ type }) =>
          type.dtype === x.type.dtype &&
          type.shape.length === x.type.shape.length &&
          type.shape.at(-1) === x.type.shape.at(-1) &&
          Shape.equals(type.shape.slice(0, -2), x.type.shape.slice(0, -2))
      )
      return other === undefined ? undefined : small(op.dot(x, op.swapLast(other)))
    }
  )
]

/** Steps that read nothing. */
const leaves: ReadonlyArray<Step> = [
  (draw) =>
    op.fill(draw.of([0, 1, -1, 2]), { dtype: draw.of(["f32", "i32"] as const), shape: draw.of([[], [3], [2, 3]]) }),
  (draw) => op.iota([2, 3], { axis: draw.below(2), dtype: draw.of(["f32", "i32", "u32"] as const) })
]

interface Pair {
  readonly a: AnyExpr
  readonly b: AnyExpr
}

/** Steps that the backward pass computes again. */
const recomputations: ReadonlyArray<Step> = [
  withValue(isFloat, op.recompute(op.tanh)),
  withPair(isFloat, (a, b) => op.recompute(({ a, b }: Pair) => op.mul(op.exp(a), op.sin(op.add(a, b))))({ a, b }))
]

/** Steps that reduce, move, look up, multiply and are computed again, and leaves. */
export const structuralSteps: ReadonlyArray<Step> = [
  ...reductions,
  ...movements,
  ...lookups,
  ...recomputations,
  ...leaves
]
