import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, composite, HostRandom, input, Model, op } from "@residual/core"
import { grad } from "@residual/graph"
import fc from "fast-check"
import { type Bound, type Evaluate, exactly, rounding } from "../src/index.ts"

const modes: ReadonlyArray<readonly [string, Evaluate]> = [
  ["exactly", exactly],
  ["rounded", rounding]
]

const width = 8

/** A block that draws, keeps statistics, and reads its input three times. */
const block = Model.make(
  {
    norm: Model.layerNorm({ width }),
    attention: Model.selfAttention({ width, heads: 2, dropout: 0.25 }),
    statistics: Model.batchNorm({ features: 5 }),
    feedForward: Model.feedForward({ width, dropout: 0.25 })
  },
  (self, x: AnyExpr) => {
    const attended = op.add(x, self.attention(self.norm(x)))
    return op.add(op.sub(attended, op.mul(x, 0.5)), self.feedForward(self.statistics(attended)))
  }
)

const blocks = (wrap: (model: Model.Model<AnyExpr, AnyExpr>) => Model.Model<AnyExpr, AnyExpr>) =>
  wrap(Model.repeat(2, () => Model.recomputed(block)))

const [x, target] = [input("x", [3, 5, width]), input("target", [3, 5, width])]
const key = input("key", [2], { dtype: "u32" })

/** The loss of a model, its gradients and next states by name. */
const trained = (model: Model.Model<AnyExpr, AnyExpr>): Readonly<Record<string, AnyExpr>> => {
  const slots = Model.slots(model)
  const weights = input("weights", [3])
  const { output, state } = Model.apply(model, { ...slots, key, weights, mode: "train" }, x)
  const loss = op.mse(output, target)
  const gradients = grad(loss, { ...slots.parameters, x })
  const named = (what: string, values: object) => Object.entries(values).map(([path, value]) => [what + path, value])
  return { loss, ...Object.fromEntries([...named("gradient ", gradients), ...named("state ", state)]) }
}

const numbers = (seed: number, length: number): ReadonlyArray<number> =>
  Array.from(HostRandom.normal(HostRandom.keyFromSeed(seed), length), Math.fround)

const boundOf = (model: Model.AnyModel, seed: number): Bound => ({
  ...Model.initialise(model, HostRandom.keyFromSeed(seed)),
  ...Model.initialiseState(model),
  x: numbers(seed + 1, 3 * 5 * width),
  target: numbers(seed + 2, 3 * 5 * width),
  weights: [1, 1, seed % 2],
  key: [seed, 7]
})

describe.each(modes)("what is recomputed, evaluated %s", (_, evaluate) => {
  const plain = Model.repeat(2, () => block)

  it.each([
    ["each block", blocks((model) => model)],
    ["each block, and all of them around that", blocks(Model.recomputed)]
  ])("%s has the loss, gradients, draws and next states of the model itself, to the bit", (_, model) => {
    const [kept, again] = [trained(plain), trained(model)]
    assert.deepStrictEqual(Object.keys(again), Object.keys(kept))
    const [ofKept, ofAgain] = [evaluate(Object.values(kept)), evaluate(Object.values(again))]
    for (const seed of [1, 2]) {
      const bound = boundOf(plain, seed)
      assert.deepStrictEqual(ofAgain(bound), ofKept(bound))
    }
  })
})

describe("a function that is recomputed", () => {
  const parts: ReadonlyArray<(x: AnyExpr) => AnyExpr> = [
    op.tanh,
    op.gelu,
    op.layerNorm,
    (x) => op.softmax(x),
    (x) => op.mul(x, op.sin(x)),
    (x) => op.add(x, op.sum(op.square(x), { axes: [0], keepDims: true })),
    (x) => op.where(op.greater(x, 0), x, op.exp(x))
  ]

  interface Pair {
    readonly a: AnyExpr
    readonly b: AnyExpr
  }

  const chosen = fc.array(fc.nat(parts.length - 1), { minLength: 1, maxLength: 5 })

  const functionOf =
    (choice: ReadonlyArray<number>) =>
    ({ a, b }: Pair): AnyExpr =>
      op.mul(
        choice.reduce((value, at) => (parts[at] as (typeof parts)[number])(op.add(value, b)), a),
        op.cos(b)
      )

  /** As one op whose values are kept. */
  const whole =
    (f: (pair: Pair) => AnyExpr) =>
    ({ a, b }: Pair): AnyExpr =>
      composite("whole", { body: ([a, b]) => f({ a: a as AnyExpr, b: b as AnyExpr }) })([a, b], {})

  const pair = { a: input("a", [3, 4]), b: input("b", [3, 4]) }

  // The function is applied twice, to values that are used elsewhere too.
  const composed = (f: (pair: Pair) => AnyExpr): ReadonlyArray<AnyExpr> => {
    const first = f({ a: pair.a, b: op.mul(pair.a, pair.b) })
    const y = op.add(f({ a: first, b: pair.a }), op.mul(first, pair.b))
    const gradients = grad(op.sum(op.square(y)), [pair.a, pair.b])
    const second = grad(op.sum(gradients.map((gradient) => op.sin(gradient)).reduce((a, b) => op.add(a, b))), [
      pair.a,
      pair.b
    ])
    return [y, ...gradients, ...second] as ReadonlyArray<AnyExpr>
  }

  it("has the residuals of the same op that keeps its values, to the bit, and its second derivatives", () => {
    const holds = fc.property(chosen, fc.nat(1000), (choice, seed) => {
      const f = functionOf(choice)
      const bound = { a: numbers(seed, 12), b: numbers(seed + 1, 12) }
      const [kept, again] = [whole(f), op.recompute(f)].map((g) => exactly(composed(g))(bound)) as [
        ReadonlyArray<ArrayLike<number>>,
        ReadonlyArray<ArrayLike<number>>
      ]
      assert.deepStrictEqual(again.slice(0, 3), kept.slice(0, 3))
      // Sums in another order may overflow elsewhere: such second derivatives tell nothing.
      fc.pre(kept.every((values) => Array.from(values).every(Number.isFinite)))
      for (const [at, expected] of kept.slice(3).entries()) {
        for (const [place, value] of Array.from(expected).entries()) {
          const found = again[at + 3]?.[place] as number
          assert.isAtMost(Math.abs(found - value), 1e-11 * Math.max(1, Math.abs(value)))
        }
      }
    })
    fc.assert(holds, { numRuns: 40 })
  })
})
