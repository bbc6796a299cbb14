import { Tensor } from "@residual/backends"
import { type AnyExpr, constant, HostRandom, input, op, Shape } from "@residual/core"
import * as Effect from "effect/Effect"
import type { Evaluate } from "../evaluation.ts"
import type { Tensors } from "../inputs.ts"
import { disagreement } from "./agreement.ts"
import { type BackendLaw, computedOnce, plainLaw } from "./backendLaw.ts"
import { resultTolerances } from "./resultTolerance.ts"

type FloatType = "f32" | "f64"

interface Edge {
  readonly name: string
  readonly inputs: Tensors
  readonly exprs: (inputs: Readonly<Record<string, AnyExpr>>) => Readonly<Record<string, AnyExpr>>
}

/** NaN, infinities, both zeros, and numbers whose square is too large or too small for 32 bits. */
const specials = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, -1, 2.5, -2.5, 1e30, -1e-30]

const unary = {
  ...{ neg: op.neg, exp: op.exp, expm1: op.expm1, log: op.log, log1p: op.log1p, sqrt: op.sqrt, atan: op.atan },
  ...{ tanh: op.tanh, erf: op.erf, floor: op.floor, ceil: op.ceil, round: op.round, abs: op.abs, sign: op.sign },
  ...{ relu: op.relu, sigmoid: op.sigmoid, reciprocal: op.reciprocal, square: op.square, softplus: op.softplus },
  ...{ clamp: (x: AnyExpr) => op.clamp(x, { min: -1, max: 1 }), cumSum: (x: AnyExpr) => op.cumSum(x, { axis: 0 }) },
  ...{ sum: op.sum, max: op.max, min: op.min, softmax: op.softmax, logSumExp: op.logSumExp },
  sort: (x: AnyExpr) => op.sort(x).values
} as const

const binary = {
  ...{ add: op.add, sub: op.sub, mul: op.mul, div: op.div, pow: op.pow, maximum: op.maximum, minimum: op.minimum },
  ...{ less: op.less, lessEqual: op.lessEqual, equal: op.equal, notEqual: op.notEqual }
} as const

/** Every pair of special numbers, as two operands. */
const pairs = specials.flatMap((a) => specials.map((b) => [a, b] as const))

const specialEdges = (dtype: FloatType): ReadonlyArray<Edge> => [
  ...Object.entries(unary).map(
    ([name, f]): Edge => ({
      name: `${name} of NaN, infinities and zeros`,
      inputs: { x: Tensor.make(specials, { dtype }) },
      // Alone as well, so that one NaN does not hide what a reduction makes of the rest.
      exprs: ({ x }) => ({
        all: f(x as AnyExpr),
        infinite: f(op.slice(x as AnyExpr, { starts: [1], stops: [3] })),
        finite: f(op.slice(x as AnyExpr, { starts: [3], stops: [9] }))
      })
    })
  ),
  ...Object.entries(binary).map(
    ([name, f]): Edge => ({
      name: `${name} of NaN, infinities and zeros`,
      inputs: {
        a: Tensor.make(
          pairs.map(([a]) => a),
          { dtype }
        ),
        b: Tensor.make(
          pairs.map(([, b]) => b),
          { dtype }
        )
      },
      exprs: ({ a, b }) => ({ all: f(a as AnyExpr, b as AnyExpr) })
    })
  )
]

const nearZero = {
  ...{ expm1: op.expm1, log1p: op.log1p, sin: op.sin, tan: op.tan, asin: op.asin, atan: op.atan, erf: op.erf },
  ...{ sinh: op.sinh, tanh: op.tanh, asinh: op.asinh, atanh: op.atanh }
} as const

const nearMinusInfinity = { sigmoid: op.sigmoid, softplus: op.softplus } as const

const small = [8, 14, 20, 30].flatMap((exponent) => [1.25 * 2 ** -exponent, -1.25 * 2 ** -exponent])

const low = [-10, -20, -40, -80]

/** Results near 0, which tolerances of results of size 1 say little of, as shares of what they come close to. */
const smallEdges = (dtype: FloatType): ReadonlyArray<Edge> => {
  const edges = (
    functions: Readonly<Record<string, (x: AnyExpr) => AnyExpr>>,
    numbers: string,
    values: ReadonlyArray<number>,
    close: ReadonlyArray<number>
  ): ReadonlyArray<Edge> =>
    Object.entries(functions).map(([name, f]) => ({
      name: `${name} of ${numbers} keeps its digits`,
      inputs: { x: Tensor.make(values, { dtype }), close: Tensor.make(close, { dtype }) },
      exprs: ({ x, close }) => ({ share: op.div(f(x as AnyExpr), close as AnyExpr) })
    }))
  return [
    ...edges(nearZero, "small numbers", small, small),
    ...edges(nearMinusInfinity, "negative numbers", low, low.map(Math.exp))
  ]
}

const integers = [0, 1, -1, 7, -7, 2 ** 31 - 1, -(2 ** 31), 2 ** 30]

const integerEdges: ReadonlyArray<Edge> = (["i32", "u32"] as const).map((dtype) => {
  const words = integers.map((word) => (dtype === "u32" ? word >>> 0 : word))
  const both = words.flatMap((a) => words.map((b) => [a, b] as const))
  return {
    name: `arithmetic of ${dtype} at the ends of its range`,
    inputs: {
      a: Tensor.make(
        both.map(([a]) => a),
        { dtype }
      ),
      b: Tensor.make(
        both.map(([, b]) => b),
        { dtype }
      )
    },
    exprs: ({ a, b }) => {
      const [x, y] = [a as AnyExpr, b as AnyExpr]
      const named = {
        add: op.add,
        sub: op.sub,
        mul: op.mul,
        div: op.div,
        mod: op.mod,
        maximum: op.maximum,
        less: op.less
      }
      const computed = Object.entries(named).map(([name, f]) => [name, f(x, y)] as const)
      return {
        ...Object.fromEntries(computed),
        neg: op.neg(x),
        left: op.shiftLeft(x, y),
        right: op.shiftRight(x, y),
        sum: op.sum(x),
        product: op.dot(op.reshape(x, [1, -1]), op.reshape(y, [-1, 1])),
        float: op.cast(x, "f32"),
        other: op.cast(x, dtype === "i32" ? "u32" : "i32"),
        bool: op.cast(x, "bool")
      }
    }
  }
})

const castEdge = (dtype: FloatType): Edge => ({
  name: "casts to integers of what they do not hold",
  inputs: { x: Tensor.make([...specials, 1.9, -1.9, 3e9, -3e9, 5e9], { dtype }) },
  exprs: ({ x }) => ({
    i32: op.cast(x as AnyExpr, "i32"),
    u32: op.cast(x as AnyExpr, "u32"),
    bool: op.cast(x as AnyExpr, "bool")
  })
})

const emptyEdge = (dtype: FloatType): Edge => ({
  name: "ops on no elements",
  inputs: { x: Tensor.make([], { shape: [2, 0], dtype }), y: Tensor.make([1, 2, 3, 4], { shape: [2, 2], dtype }) },
  exprs: ({ x, y }) => {
    const [empty, full] = [x as AnyExpr, y as AnyExpr]
    return {
      exp: op.exp(empty),
      sum: op.sum(empty),
      rows: op.sum(empty, { axes: [1] }),
      columns: op.max(empty, { axes: [0] }),
      concat: op.concat([empty, full], { axis: 1 }),
      slice: op.slice(full, { starts: [0, 2] }),
      pad: op.pad(empty, { before: [0, 1], after: [0, 2], value: 0.5 }),
      transpose: op.swapLast(empty),
      dot: op.dot(empty, op.swapLast(empty)),
      sort: op.sort(empty, { axis: 0 }).values,
      cumSum: op.cumSum(empty, { axis: 1 }),
      gather: op.gather(full, constant([], { shape: [0], dtype: "i32" })),
      scattered: op.scatterAdd(full, constant([], { shape: [0, 2], dtype: "i32" }), op.swapLast(empty), { axis: 0 })
    }
  }
})

const scalarEdge = (dtype: FloatType): Edge => ({
  name: "ops on scalars",
  inputs: { x: Tensor.make(0.75, { dtype }), y: Tensor.make([1, 2, 3], { dtype }) },
  exprs: ({ x, y }) => {
    const [scalar, row] = [x as AnyExpr, y as AnyExpr]
    return {
      tanh: op.tanh(scalar),
      sum: op.sum(scalar),
      max: op.max(scalar),
      stretched: op.add(row, scalar),
      reshaped: op.reshape(scalar, [1, 1]),
      broadcast: op.broadcastTo(scalar, [2, 3]),
      gathered: op.gather(row, constant(1, { dtype: "i32" })),
      where: op.where(op.less(scalar, 1), scalar, 0)
    }
  }
})

const indexEdge = (dtype: FloatType): Edge => ({
  name: "computed indices out of range",
  inputs: { x: Tensor.make([5, 6, 7], { dtype }), at: Tensor.make([-1, 0, 3], { dtype: "i32" }) },
  exprs: ({ x, at }) => {
    const [row, computed] = [x as AnyExpr, op.add(op.mul(at as AnyExpr, 2), op.neg(at as AnyExpr))]
    const start = op.reshape(op.slice(computed, { stops: [1] }), [1])
    return {
      gathered: op.gather(row, computed),
      integers: op.gather(op.cast(row, "i32"), computed),
      scattered: op.scatterAdd(row, computed, op.fill(1, row.type)),
      sliced: op.dynamicSlice(row, start, [2]),
      updated: op.dynamicUpdateSlice(row, op.fill(0, { dtype: row.type.dtype, shape: [2] }), start),
      oneHot: op.oneHot(computed, 3)
    }
  }
})

const tieEdge = (dtype: FloatType): Edge => ({
  name: "orders of equal elements and NaN",
  inputs: { x: Tensor.make([2, Number.NaN, 1, 2, 1, -0, 0], { dtype }) },
  exprs: ({ x }) => {
    const row = x as AnyExpr
    return {
      rising: op.sort(row).indices,
      falling: op.sort(row, { descending: true }).indices,
      top: op.topK(row, 3).indices,
      greatest: op.argMax(row),
      finite: op.argMax(op.slice(row, { starts: [2] })),
      least: op.argMin(op.slice(row, { starts: [2] }))
    }
  }
})

const edgeLaw = (edge: Edge, dtype: FloatType, oracle: Evaluate): BackendLaw => {
  const inputs = Object.fromEntries(
    Object.entries(edge.inputs).map(([name, { type }]) => [name, input(name, type.shape, { dtype: type.dtype })])
  )
  const exprs = edge.exprs(inputs)
  const bound = Object.fromEntries(
    Object.entries(edge.inputs).map(([name, tensor]) => [name, Tensor.toTypedArray(tensor)])
  )
  const values = oracle(Object.values(exprs))(bound)
  const expected = Object.entries(exprs).map(([name, { type }], at) => [
    name,
    Tensor.adopt(type, values[at] as Tensor.Elements)
  ])
  const [first] = edge.name.split(" ") as [string]
  const units = resultTolerances[first]?.values ?? 4
  return plainLaw(
    `${edge.name} in ${dtype}`,
    Effect.map(computedOnce(exprs, edge.inputs), (computed) =>
      disagreement(computed, Object.fromEntries(expected), () => Math.max(1, units))
    )
  )
}

/** Random words and uniform numbers are the host's, whatever the shape. */
const randomLaw = (dtype: FloatType): BackendLaw => {
  const shape = [3, 5]
  const key = HostRandom.keyFromSeed(1234)
  const places = [...new Array(Shape.size(shape)).keys()]
  const words = places.map((place) => HostRandom.bits32(key, place))
  return plainLaw(
    `random words and uniform ${dtype} numbers are the host's`,
    Effect.gen(function* () {
      const given = input("key", [2], { dtype: "u32" })
      const computed = yield* computedOnce(
        { bits: op.randomBits(given, shape), uniform: op.uniform(given, shape, { dtype }) },
        { key: Tensor.make([...key], { dtype: "u32" }) }
      )
      const expected = {
        bits: Tensor.make(words, { shape, dtype: "u32" }),
        uniform: Tensor.make(
          words.map((word) => (word >>> 8) * 2 ** -24),
          { shape, dtype }
        )
      }
      return disagreement(computed, expected, () => 0)
    })
  )
}

/** What backends do at the edges: special and small numbers, no elements, scalars, indices out of range, ties and random words. */
export const edgeLaws = (dtype: FloatType, oracle: Evaluate): ReadonlyArray<BackendLaw> => {
  const edges = [
    ...specialEdges(dtype),
    ...smallEdges(dtype),
    ...(dtype === "f32" ? integerEdges : []),
    ...[castEdge, emptyEdge, scalarEdge, indexEdge, tieEdge].map((edge) => edge(dtype))
  ]
  return [...edges.map((edge) => edgeLaw(edge, dtype, oracle)), randomLaw(dtype)]
}
