import { type AnyExpr, apply, constant, op, primitives } from "@residual/core"
import {
  type Draw,
  hasRank,
  isBool,
  isFloat,
  isInteger,
  isNumeric,
  mostElements,
  type Step,
  withPair,
  withValue
} from "./step.ts"

const any = (): boolean => true

const zeros = ({ type }: AnyExpr): ReadonlyArray<number> => type.shape.map(() => 0)
const ones = ({ type }: AnyExpr): ReadonlyArray<number> => type.shape.map(() => 1)

/** A part of a value along its first axis, forwards or backwards. */
const part = (x: AnyExpr, draw: Draw): AnyExpr => {
  const length = x.type.shape[0] as number
  const start = draw.below(Math.max(1, length))
  return op.slice(x, { starts: [start], stops: [start + 1 + draw.below(length)], steps: [draw.of([1, 1, 2])] })
}

const padded = (x: AnyExpr): AnyExpr => op.pad(x, { before: ones(x), after: ones(x) })

const isSmall = (x: AnyExpr): boolean => 4 * x.type.shape.reduce((size, length) => size * length, 1) <= mostElements

/** Steps that go somewhere and back, and others that compilers have identities for and programs seldom hold by chance. */
export const identitySteps: ReadonlyArray<Step> = [
  withValue(isNumeric, (x) => op.neg(op.neg(x))),
  withPair(isNumeric, (a, b) => op.mul(op.neg(a), op.neg(b))),
  withValue(isFloat, (x, draw) => draw.of([op.floor, op.round])(draw.of([op.floor, op.round])(x))),
  withValue(isFloat, (x, draw) => op.div(x, draw.of([1, 2, 0.25, -4, 3]))),
  withValue(isFloat, (x, draw) => op.pow(x, draw.below(3))),
  withValue(any, (x) => apply(primitives.cast, [x], { dtype: x.type.dtype })),
  withValue(any, (x, draw) => op.cast(op.cast(x, draw.dtype()), x.type.dtype)),
  withValue(
    (x) => isBool(x) || isInteger(x),
    (x) => op.not(op.not(x))
  ),
  withValue(isInteger, (x, draw) => draw.of([op.shiftLeft, op.shiftRight])(x, 0)),
  withPair(isNumeric, (a, b) => op.where(op.not(op.less(a, b)), a, b)),
  withValue(any, (x) => op.where(op.equal(x, x), x, op.cast(op.fill(1, { ...x.type, dtype: "i32" }), x.type.dtype))),
  withValue(hasRank(1), (x) => apply(primitives.broadcast, [x], { shape: x.type.shape })),
  withValue(isSmall, (x) => {
    const twice = op.broadcastTo(op.expandDims(x, 0), [2, ...x.type.shape])
    return op.broadcastTo(op.expandDims(twice, 0), [2, 2, ...x.type.shape])
  }),
  withValue(hasRank(1), (x) => apply(primitives.slice, [x], { starts: zeros(x), sizes: x.type.shape, steps: ones(x) })),
  withValue(hasRank(1), (x, draw) => part(part(op.flip(x), draw), draw)),
  withValue(
    (x) => hasRank(1)(x) && isSmall(x),
    (x, draw) => part(padded(x), draw)
  ),
  withValue(
    (x) => hasRank(1)(x) && isSmall(x),
    (x, draw) =>
      op.slice(padded(x), { starts: ones(x), stops: x.type.shape.map((length) => 1 + draw.below(length + 1)) })
  ),
  withValue(
    (x) => hasRank(1)(x) && isSmall(x),
    (x, draw) => part(op.concat([x, op.flip(x), x]), draw)
  ),
  withValue(hasRank(1), (x) => apply(primitives.concat, [x], { axis: 0 })),
  withValue(hasRank(1), (x) =>
    apply(primitives.pad, [x], { before: zeros(x), after: zeros(x), interior: zeros(x), value: 0 })
  ),
  withValue(hasRank(1), (x) => op.reshape(op.reshape(x, [-1, 1]), x.type.shape.toReversed())),
  withValue(hasRank(2), (x) => op.transpose(op.transpose(x), [...x.type.shape.keys()].toReversed())),
  withValue(hasRank(1), (x) => apply(primitives.max, [op.expandDims(x, 0)], { axes: [0] })),
  (draw) =>
    constant(
      draw.of([
        [2, 2, 2],
        [1, 2, 3],
        [0, -0, 0],
        [Number.NaN, 1, Number.NaN]
      ])
    ),
  (draw) =>
    constant(
      draw.of([
        [
          [1, 1, 1],
          [1, 1, 1]
        ],
        [
          [1, -1, 7],
          [0, 2, 3]
        ]
      ]),
      { dtype: draw.of(["i32", "f32"] as const) }
    )
]
