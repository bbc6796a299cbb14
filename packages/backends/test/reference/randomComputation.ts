import { type AnyExpr, type AttrsOf, apply, constant, input, op, primitives, Shape, slot } from "@residual/core"
import { type Computation, lower, print } from "@residual/graph"
import fc from "fast-check"

/** A way to make a new value of the values so far; `pick` draws one of those that pass a test. */
type Grow = (pick: (test: (expr: AnyExpr) => boolean) => AnyExpr, number: () => number) => AnyExpr

const isFloat = (expr: AnyExpr): boolean => expr.type.dtype === "f32"
const isMatrix = (expr: AnyExpr): boolean => isFloat(expr) && expr.type.shape.length === 2
const isInteger = (expr: AnyExpr): boolean => expr.type.dtype === "i32"

const unary = [op.neg, op.exp, op.tanh, op.sin, op.floor, op.sqrt, op.log1p, op.erf, op.barrier, op.atan, op.round]

/** Brings a value to another's shape, repeated or cut as need be. */
const fitted = (expr: AnyExpr, shape: Shape.Shape): AnyExpr => {
  const size = Shape.size(shape)
  const flat = op.reshape(expr, [-1])
  const times = Math.ceil(size / Shape.size(flat.type.shape))
  const repeated = times <= 1 ? flat : op.reshape(op.broadcastTo(flat, [times, flat.type.shape[0] as number]), [-1])
  return op.reshape(op.slice(repeated, { stops: [size] }), shape)
}

const growths: ReadonlyArray<Grow> = [
  (pick, number) => (unary[number() % unary.length] as (x: AnyExpr) => AnyExpr)(pick(isFloat)),
  (pick, number) => {
    const a = pick(isFloat)
    const b = fitted(pick(isFloat), a.type.shape)
    return ([op.add, op.mul, op.div, op.maximum, op.mod] as const)[number() % 5]!(a, b)
  },
  (pick, number) => op.add(op.mul(pick(isFloat), (number() % 5) - 2), 0),
  (pick) => {
    const a = pick(isFloat)
    return op.where(op.less(a, fitted(pick(isFloat), a.type.shape)), a, fitted(pick(isFloat), a.type.shape))
  },
  (pick, number) => {
    const x = pick(isMatrix)
    return op.sum(x, { axes: [number() % 2], keepDims: number() % 2 === 0 })
  },
  (pick, number) => {
    const x = pick(isMatrix)
    return op.add(x, op.neg(op.max(x, { axes: [number() % 2], keepDims: true })))
  },
  (pick) => op.transpose(pick(isMatrix)),
  (pick) => {
    const a = pick(isMatrix)
    return op.dot(a, op.transpose(a))
  },
  (pick, number) =>
    op.concat(
      [pick(isMatrix), ...[]].flatMap((x) => [x, op.flip(x)]),
      { axis: number() % 2 }
    ),
  (pick) => op.pad(pick(isMatrix), { before: [1, 0], after: [0, 1], value: 0.5 }),
  (pick, number) => op.cumSum(pick(isMatrix), { axis: number() % 2, reverse: number() % 2 === 0 }),
  (pick) => op.sort(pick(isMatrix)).values,
  (pick) => op.sort(pick(isMatrix)).indices,
  (pick) => op.cast(pick(isFloat), "i32"),
  (pick) => op.add(op.mul(pick(isInteger), 3), 1),
  (pick) => op.cast(pick(isInteger), "f32"),
  (pick) => op.gather(pick(isMatrix), op.reshape(op.mod(pick(isInteger), 3), [-1])),
  (pick) => {
    const target = pick(isMatrix)
    const updates = op.fill(2, { dtype: "f32", shape: [3, target.type.shape[1] as number] })
    const attrs: AttrsOf<"scatterAdd"> = { axis: 0, batch: 0 }
    return apply(primitives.scatterAdd, [target, constant([1, 0, 1], { dtype: "i32" }), updates], attrs)
  },
  (pick, number) => op.dynamicSlice(pick(isMatrix), constant([number() % 2, 0], { dtype: "i32" }), [1, 1]),
  (pick) =>
    op.unwindow(op.window(fitted(pick(isFloat), [1, 6]), { sizes: [3], strides: [2] }), {
      sizes: [3],
      strides: [2],
      lengths: [6]
    }),
  (_, number) => op.cast(op.randomBits(constant([number(), 7], { dtype: "u32" }), [2, 3]), "f32")
]

/**
 * Computations of random structure on inputs `x`, `n` and slots `w`, `v`: values are used again, updates replace slots by
 * values and by one another.
 */
export const randomComputation: fc.Arbitrary<Computation> = fc
  .array(
    fc.tuple(fc.nat({ max: growths.length - 1 }), fc.array(fc.nat({ max: 1000 }), { minLength: 8, maxLength: 8 })),
    {
      minLength: 3,
      maxLength: 14
    }
  )
  .map((steps) => {
    const [w, v] = [slot("w", [2, 3]), slot("v", [2, 3])]
    const values: Array<AnyExpr> = [input("x", [2, 3]), input("n", [2], { dtype: "i32" }), w, v]
    for (const [growth, numbers] of steps) {
      let at = 0
      const number = (): number => numbers[at++ % numbers.length] as number
      const pick = (test: (expr: AnyExpr) => boolean): AnyExpr => {
        const fitting = values.filter((expr) => test(expr) && Shape.size(expr.type.shape) <= 64)
        return fitting[fitting.length - 1 - (number() % fitting.length)] as AnyExpr
      }
      values.push((growths[growth] as Grow)(pick, number))
    }
    const [last, beforeLast] = [values.at(-1) as AnyExpr, values.at(-2) as AnyExpr]
    const floats = values.filter(isFloat)
    const updates = { w: fitted(floats.at(-1) as AnyExpr, [2, 3]), v: steps.length % 3 === 0 ? w : op.add(v, w) }
    const computation = { outputs: { last, beforeLast, v }, updates }
    // What a failure prints.
    return Object.defineProperty(computation, fc.toStringMethod, { value: () => text(computation) })
  })

const text = (computation: Computation): string => {
  const graph = lower(computation, new Set())
  return graph._tag === "Left" ? graph.left.message : print(graph.right)
}
