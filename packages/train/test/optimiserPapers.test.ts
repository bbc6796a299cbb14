import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import * as Reference from "@residual/backends/reference"
import { evaluate } from "@residual/backends/reference"
import { type AnyExpr, input } from "@residual/core"
import { Effect } from "effect"
import {
  adafactor,
  adagrad,
  averagedSgd,
  lamb,
  lion,
  matricesOnly,
  muon,
  nadam,
  type Optimiser,
  rmsProp,
  SettingError,
  sgd,
  withRateScale
} from "../src/index.ts"
import { assertSeen, descend, shapes, starts, type WrittenRule, written } from "./bowl.ts"

type Numbers = ReadonlyArray<number>

const zerosLike = (path: string): Numbers => (starts[path] as Numbers).map(() => 0)
const norm = (values: Numbers): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
const rootMeanSquare = (values: Numbers): number => norm(values) / Math.sqrt(values.length)
const shapeOf = (path: string): Numbers => shapes[path as keyof typeof shapes]

/** What each of some values becomes with the values at its place in others. */
const zip = (
  values: Numbers,
  others: ReadonlyArray<Numbers>,
  of: (value: number, ...others: Array<number>) => number
) => values.map((value, at) => of(value, ...others.map((other) => other[at] as number)))

/** 1 − βᵗ, without the digits that a subtraction would lose. */
const correction = (beta: number, t: number): number => -Math.expm1(t * Math.log(beta))

const dampened: WrittenRule = (path) => {
  let momentum = zerosLike(path)
  return (p, g, t) => {
    momentum = zip(momentum, [g], (m, g) => 0.8 * m + (t === 1 ? 1 : 0.7) * g)
    return zip(p, [momentum], (p, m) => p - 0.01 * m)
  }
}

const averagedSgdRule: WrittenRule = () => (p, g, t) => {
  const eta = 0.05 / (1 + 0.01 * 0.05 * (t - 1)) ** 0.75
  return zip(p, [g], (p, g) => p * (1 - 0.01 * eta) - eta * g)
}

const fallingAdagrad: WrittenRule = (path) => {
  let sum = zerosLike(path).map(() => 0.2)
  return (p, gradient, t) => {
    const g = zip(gradient, [p], (g, p) => g + 0.01 * p)
    sum = zip(sum, [g], (s, g) => s + g * g)
    return zip(p, [g, sum], (p, g, s) => p - ((0.1 / (1 + 0.05 * (t - 1))) * g) / (Math.sqrt(s) + 1e-10))
  }
}

const lionRule: WrittenRule = (path) => {
  let momentum = zerosLike(path)
  return (p, g) => {
    const next = zip(p, [momentum, g], (p, m, g) => p - 0.01 * (Math.sign(0.9 * m + 0.1 * g) + 0.1 * p))
    momentum = zip(momentum, [g], (m, g) => 0.99 * m + 0.01 * g)
    return next
  }
}

const lambRule: WrittenRule = (path) => {
  let [mean, square] = [zerosLike(path), zerosLike(path)]
  return (p, g, t) => {
    mean = zip(mean, [g], (m, g) => 0.9 * m + 0.1 * g)
    square = zip(square, [g], (v, g) => 0.999 * v + 0.001 * g * g)
    const adapted = zip(mean, [square], (m, v) => m / correction(0.9, t) / (Math.sqrt(v / correction(0.999, t)) + 1e-6))
    const direction = zip(adapted, [p], (r, p) => r + (shapeOf(path).length >= 2 ? 0.1 : 0) * p)
    const ratio = norm(p) / norm(direction)
    return zip(p, [direction], (p, u) => p - 0.02 * ratio * u)
  }
}

/** The place in a matrix of each element of a wide or a tall parameter, or of the two last axes of the kernel. */
const placesOf = (path: string): ReadonlyArray<{ readonly row: number; readonly column: number }> => {
  const [rows, columns] = shapeOf(path).slice(-2) as [number, number]
  return (starts[path] as Numbers).map((_, at) => ({
    // A kernel has rows of its own for each of its first axis.
    row: Math.floor(at / columns),
    column: (at % columns) + columns * Math.floor(at / (rows * columns))
  }))
}

const meansBy = (keys: Numbers, values: Numbers): Numbers => {
  const sums = new Map<number, Array<number>>()
  for (const [at, key] of keys.entries()) sums.set(key, [...(sums.get(key) ?? []), values[at] as number])
  return keys.map((key) => {
    const own = sums.get(key) as Array<number>
    return own.reduce((sum, value) => sum + value, 0) / own.length
  })
}

const adafactorRule =
  (momentum: number, isScaled = true): WrittenRule =>
  (path) => {
    let [row, column, square, mean] = [zerosLike(path), zerosLike(path), zerosLike(path), zerosLike(path)]
    const isFactored = shapeOf(path).length >= 2
    const places = isFactored ? placesOf(path) : []
    const blocks = places.map((_, at) => (path === "kernel" ? Math.floor(at / 12) : 0))
    return (p, g, t) => {
      const beta = 1 - t ** -0.8
      const squares = g.map((g) => g * g + 1e-30)
      const keep = (old: Numbers, now: Numbers) => zip(old, [now], (old, now) => beta * old + (1 - beta) * now)
      if (isFactored) {
        row = keep(
          row,
          meansBy(
            places.map(({ row }) => row),
            squares
          )
        )
        column = keep(
          column,
          meansBy(
            places.map(({ column }) => column),
            squares
          )
        )
      } else square = keep(square, squares)
      const estimate = isFactored ? zip(row, [column, meansBy(blocks, row)], (r, c, all) => (r * c) / all) : square
      const adapted = zip(g, [estimate], (g, v) => g / Math.sqrt(v))
      const excess = Math.max(1, rootMeanSquare(adapted))
      const size = 0.05 * (isScaled ? Math.max(1e-3, rootMeanSquare(p)) : 1)
      const moved = adapted.map((u) => (size * u) / excess)
      mean = zip(mean, [moved], (m, u) => momentum * m + (1 - momentum) * u)
      return zip(p, [momentum === 0 ? moved : mean], (p, u) => p - u)
    }
  }

type Matrix = ReadonlyArray<Numbers>

const matrixOf = (values: Numbers, [, columns]: Numbers): Matrix =>
  Array.from({ length: values.length / (columns as number) }, (_, at) =>
    values.slice(at * (columns as number), (at + 1) * (columns as number))
  )
const transposed = (a: Matrix): Matrix => (a[0] as Numbers).map((_, at) => a.map((row) => row[at] as number))
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => transposed(b).map((column) => row.reduce((sum, x, at) => sum + x * (column[at] as number), 0)))
const plus = (a: Matrix, b: Matrix, by: number): Matrix =>
  a.map((row, at) => zip(row, [b[at] as Numbers], (x, y) => x + by * y))

/** Newton-Schulz without any regard to which side is longer: the same, for the polynomial is odd. */
const orthogonal = (values: Numbers, shape: Numbers): Numbers => {
  const length = norm(values) + 1e-7
  let x = matrixOf(
    values.map((value) => value / length),
    shape
  )
  for (let i = 0; i < 5; i++) {
    const gram = times(x, transposed(x))
    const curve = plus(
      gram.map((row) => row.map((value) => -4.775 * value)),
      times(gram, gram),
      2.0315
    )
    x = plus(times(curve, x), x, 3.4445)
  }
  return x.flat()
}

const muonRule: WrittenRule = (path) => {
  let momentum = zerosLike(path)
  const shape = shapeOf(path)
  if (shape.length !== 2) return (p, g) => zip(p, [g], (p, g) => p - 0.02 * 0.1 * g)
  return (p, g) => {
    momentum = zip(momentum, [g], (m, g) => 0.95 * m + 0.05 * g)
    const direction = orthogonal(
      zip(g, [momentum], (g, m) => 0.05 * g + 0.95 * m),
      shape
    )
    const scale = Math.sqrt(Math.max(1, (shape[1] as number) / (shape[0] as number)))
    return zip(p, [direction], (p, o) => p * (1 - 0.02 * 0.3) - 0.02 * scale * o)
  }
}

/** NAdam of the paper: the product of all momenta up to the next. */
const nadamRule: WrittenRule = (path) => {
  let [mean, square, product] = [zerosLike(path), zerosLike(path), 1]
  const momentum = (t: number): number => 0.9 * (1 - 0.5 * 0.96 ** (t * 0.004))
  return (p, g, t) => {
    product *= momentum(t)
    mean = zip(mean, [g], (m, g) => 0.9 * m + 0.1 * g)
    square = zip(square, [g], (v, g) => 0.999 * v + 0.001 * g * g)
    return zip(p, [g, mean, square], (p, g, m, v) => {
      const ahead = ((1 - momentum(t)) * g) / (1 - product) + (momentum(t + 1) * m) / (1 - product * momentum(t + 1))
      return p - (0.01 * ahead) / (Math.sqrt(v / correction(0.999, t)) + 1e-8)
    })
  }
}

const rules: ReadonlyArray<
  readonly [name: string, optimiser: Optimiser, rate: number, rule: WrittenRule, steps: number]
> = [
  ["sgd with dampening", sgd({ momentum: 0.8, dampening: 0.3 }), 0.01, dampened, 20],
  ["lion", lion({ weightDecay: 0.1 }), 0.01, lionRule, 20],
  ["lamb", lamb({ weightDecay: 0.1, decays: matricesOnly }), 0.02, lambRule, 20],
  ["adafactor", adafactor(), 0.05, adafactorRule(0), 20],
  ["adafactor with momentum", adafactor({ beta1: 0.9 }), 0.05, adafactorRule(0.9), 20],
  ["adafactor with a rate as it is", adafactor({ scaled: false }), 0.05, adafactorRule(0, false), 20],
  [
    "adagrad with falling rates",
    adagrad({ rateDecay: 0.05, initial: 0.2, weightDecay: 0.01 }),
    0.1,
    fallingAdagrad,
    20
  ],
  ["muon", muon({ weightDecay: 0.3, otherwise: withRateScale(sgd(), 0.1) }), 0.02, muonRule, 20],
  ["nadam of the paper", nadam({ product: "once" }), 0.01, nadamRule, 300]
]

describe("optimisers without recorded traces", () => {
  it.effect.each(rules)("%s follows its formulas in float64", ([, optimiser, rate, rule, steps]) =>
    Effect.map(descend(optimiser, rate, steps), (seen) => assertSeen(seen, written(rule, steps))).pipe(
      Effect.provide(Reference.layer())
    )
  )
})

describe("averagedSgd", () => {
  it.effect("averages the parameters from a step on", () =>
    Effect.gen(function* () {
      const [steps, averageFrom] = [12, 4]
      const parameters = written(averagedSgdRule, steps)
      const averages = parameters.map((last, step) => {
        const seen = step <= averageFrom ? [last] : parameters.slice(averageFrom + 1, step + 1)
        return Object.fromEntries(
          Object.entries(last).map(([path, values]) => [
            `optimiser/average/${path}`,
            values.map((_, at) => seen.reduce((sum, held) => sum + (held[path]?.[at] as number), 0) / seen.length)
          ])
        )
      })
      const all = yield* descend(averagedSgd({ lambda: 0.01, averageFrom }), 0.05, steps)
      assertSeen(all, parameters)
      assertSeen(all, averages)
    }).pipe(Effect.provide(Reference.layer()))
  )
})

/** What one update without decay takes away from parameters that start as zeros, for given gradients. */
const firstMove = (optimiser: Optimiser, shape: ReadonlyArray<number>, gradient: Numbers, rate: number): Numbers => {
  const type = { dtype: "f64" } as const
  const parameters = { w: input("w", shape, type) }
  const scalars = Object.fromEntries(
    Object.keys(optimiser.scalars({ rate, step: 0 })).map((name) => [name, input(name, [], type)])
  )
  const at = { scalars, key: undefined }
  const { parameters: next } = optimiser.update(
    { w: input("g", shape, type) },
    optimiser.init(parameters),
    parameters,
    at
  )
  const outputs = { next: next["w"] as AnyExpr, ...scalars, w: parameters.w }
  const zeros = gradient.map(() => 0)
  const run = evaluate(outputs, { w: zeros, g: gradient, ...optimiser.scalars({ rate, step: 0 }) })
  return Array.from(run.next.data, (value) => -value)
}

/** The singular values of a matrix of two rows. */
const singularValues = (rows: Matrix): Numbers => {
  const [[a, b], [, d]] = times(rows, transposed(rows)) as unknown as [[number, number], [number, number]]
  const [middle, spread] = [(a + d) / 2, Math.hypot((a - d) / 2, b)]
  return [Math.sqrt(middle + spread), Math.sqrt(Math.max(0, middle - spread))]
}

const element = fc.double({ min: -10, max: 10, noNaN: true }).map((value) => (Math.abs(value) < 1e-9 ? 0 : value))

describe("muon", () => {
  test.prop([fc.array(element, { minLength: 8, maxLength: 8 }), fc.boolean()])(
    "moves a matrix along one that is nearly orthogonal",
    (gradient, isTall) => {
      const wide = matrixOf(gradient, [2, 4])
      const [greatest, least] = singularValues(wide) as [number, number]
      fc.pre(least > 0.05 * greatest && greatest > 1e-3)
      const given = (isTall ? transposed(wide) : wide).flat()
      const shape = isTall ? [4, 2] : [2, 4]
      const moved = matrixOf(firstMove(muon({ scale: () => 1 }), shape, given, 0.5), shape)
      for (const value of singularValues(isTall ? transposed(moved) : moved)) {
        assert.isAtLeast(value, 0.5 * 0.65)
        assert.isAtMost(value, 0.5 * 1.25)
      }
    }
  )

  it("does not move a matrix without a gradient", () => {
    assert.deepStrictEqual(firstMove(muon(), [2, 2], [0, 0, 0, 0], 1).map(Math.abs), [0, 0, 0, 0])
  })

  it("refuses a model that it moves nothing of", () => {
    const message = "muon: where is true for none of bias; expected some matrices to move"
    assert.throws(() => muon().init({ bias: input("bias", [3]) }), SettingError, message)
  })

  it("refuses what is not a matrix", () => {
    const bias = { bias: input("bias", [3]) }
    const message = "muon: where is true for bias, f32[3]; expected matrices only"
    assert.throws(() => muon({ where: () => true }).init(bias), SettingError, message)
  })
})

describe("lion", () => {
  test.prop([fc.array(element, { minLength: 4, maxLength: 4 })])("moves every element by the rate", (gradient) => {
    assert.deepStrictEqual(
      firstMove(lion(), [4], gradient, 0.25).map((move) => move + 0),
      gradient.map((g) => 0.25 * Math.sign(g) + 0)
    )
  })
})

describe("lamb", () => {
  it("moves a parameter that is 0 by its direction alone", () => {
    const moved = firstMove(lamb(), [2], [3, -0.5], 0.1)
    assert.closeTo(moved[0] as number, 0.1, 1e-6)
    assert.closeTo(moved[1] as number, -0.1, 1e-6)
  })
})

describe("a centred rmsProp", () => {
  it("has no variance below 0 where the gradient stays the same", () => {
    // With a share of 1 the mean of the square and the square of the mean are the same, and rounding decides.
    const [moved] = firstMove(rmsProp({ centred: true, beta: 0, epsilon: 1e-3 }), [1], [0.1], 1)
    assert.closeTo(moved as number, 100, 1e-9)
  })
})

describe("adafactor", () => {
  it("keeps as many numbers of a matrix as it has rows and columns, and moves it by the root mean square that it is allowed", () => {
    const state = adafactor().init({ table: input("table", [50, 8]), kernel: input("kernel", [3, 3, 16, 32]) })
    assert.deepStrictEqual(
      Object.entries(state).map(([name, values]) => [name, Object.values(values).map(({ type }) => type.shape)]),
      [
        [
          "row",
          [
            [50, 1],
            [3, 3, 16, 1]
          ]
        ],
        [
          "column",
          [
            [1, 8],
            [3, 3, 1, 32]
          ]
        ],
        ["square", []]
      ]
    )
    const moved = firstMove(adafactor({ threshold: 0.5, leastScale: 2 }), [2, 2], [1, -2, 3, 4], 0.1)
    assert.closeTo(rootMeanSquare(moved), 0.1 * 2 * 0.5, 1e-12)
  })
})
