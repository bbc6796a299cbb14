import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { evaluate } from "@residual/backends/reference"
import { type AnyExpr, HostRandom, input, op } from "@residual/core"
import { Effect, Stream } from "effect"
import {
  averagedParameters,
  averagedSgd,
  clipByValue,
  constantRate,
  lookahead,
  makeTrainer,
  type Optimiser,
  SettingError,
  sgd,
  snapshot,
  fit as training,
  withGradientNoise,
  withGradients,
  withParameterAverage,
  withRateScale
} from "../src/index.ts"
import { assertSeen, batchIn, bowl, descend, gradientAt, type Held, lossOf, paths, starts } from "./bowl.ts"

const onReference = Effect.provide(Reference.layer())
const rate = 0.05
const steps = 12
const momentum = sgd({ momentum: 0.9 })

/** What one of the values, by path, becomes with those beside it. */
const zip = (a: Held, b: Held, of: (a: number, b: number) => number): Held =>
  Object.fromEntries(
    Object.entries(a).map(([path, values]) => [path, values.map((value, at) => of(value, b[path]?.[at] as number))])
  )

const slotsOf = (name: string, values: Held): Held =>
  Object.fromEntries(Object.entries(values).map(([path, value]) => [`optimiser/${name}/${path}`, value]))

/** The parameters among what a Store holds. */
const parametersOf = (held: Held): Held => Object.fromEntries(paths.map((path) => [path, held[path] ?? []]))

const firstState = (optimiser: Optimiser) => optimiser.init({ w: input("w", [2]) })

describe("an average of the parameters", () => {
  it.effect("follows them, and changes nothing about them", () =>
    Effect.gen(function* () {
      const decay = (step: number): number => Math.min(0.9, (1 + step) / (10 + step))
      const seen = yield* descend(withParameterAverage(momentum, { decay }), rate, steps)
      const plain = yield* descend(momentum, rate, steps)
      let average = starts
      const averages = plain.map((held, step) => {
        average = zip(average, parametersOf(held), (mean, p) => decay(step) * mean + (1 - decay(step)) * p)
        return slotsOf("average", average)
      })
      assertSeen(seen, averages)
      assert.deepStrictEqual(
        seen.map((held) => Object.fromEntries(Object.entries(held).filter(([slot]) => !slot.includes("average")))),
        plain
      )
    }).pipe(onReference)
  )

  it.effect("is what held-out data are measured by, where a run is told so", () =>
    Effect.gen(function* () {
      const key = HostRandom.keyFromSeed(0)
      const evaluation = bowl("f64")
      const options = { optimiser: withParameterAverage(momentum), key, evaluation, evaluates: "average" }
      const trainer = yield* makeTrainer(bowl("f64"), { ...options, trains: (path) => path !== "bias" })
      const batches = Stream.forever(Stream.succeed(batchIn("f64")))
      const held = { every: 5, batches: Stream.succeed(batchIn("f64")) }
      const run = training(trainer, { batches, rate: constantRate(rate), steps: 5, key, evaluation: held })
      const evaluated = (yield* Stream.runCollect(run)).find((event) => event.event === "evaluated")
      const average = averagedParameters((yield* snapshot(trainer)).tensors)
      assert.deepStrictEqual(
        Object.keys(average),
        paths.filter((path) => path !== "bias")
      )
      const numbers = Object.entries(average).map(([path, tensor]) => [path, Array.from(Tensor.toTypedArray(tensor))])
      assert.closeTo(evaluated?.loss as number, lossOf({ ...starts, ...Object.fromEntries(numbers) }), 1e-9)
    }).pipe(Effect.scoped, onReference)
  )

  it("is read from a Store's snapshot, under the name that it has", () => {
    const slots = {
      "blocks.0.weight": Tensor.make(1),
      "optimiser/average/blocks.0.weight": Tensor.make(2),
      "optimiser/slowest/blocks.0.weight": Tensor.make(3)
    }
    const numbers = (name?: string) =>
      Object.entries(averagedParameters(slots, name)).map(([path, tensor]) => [path, Tensor.toNumber(tensor)])
    assert.deepStrictEqual(numbers(), [["blocks.0.weight", 2]])
    assert.deepStrictEqual(numbers("slowest"), [["blocks.0.weight", 3]])
  })

  it("may have another beside it, under a name of its own", () => {
    const two = withParameterAverage(withParameterAverage(sgd()), { decay: 0.99, name: "quick" })
    assert.deepStrictEqual(Object.keys(firstState(two)), ["average", "quick"])
    const message = "withParameterAverage: name is average; expected a name that the optimiser within does not use"
    assert.throws(() => withParameterAverage(withParameterAverage(sgd())), SettingError, message)
    assert.throws(() => firstState(withParameterAverage(averagedSgd())), SettingError, message)
  })
})

describe("lookahead", () => {
  it.effect("pulls parameters back after every so many updates", () =>
    Effect.gen(function* () {
      const [every, share] = [3, 0.4]
      const seen = yield* descend(lookahead(momentum, { every, share }), rate, steps)
      let [fast, slow, speed] = [starts, starts, zip(starts, starts, () => 0)]
      const expected = Array.from({ length: steps }, (_, step): Held => {
        const gradients = Object.fromEntries(Object.entries(fast).map(([path, p]) => [path, gradientAt(path, p)]))
        speed = zip(speed, gradients, (m, g) => 0.9 * m + g)
        fast = zip(fast, speed, (p, m) => p - rate * m)
        if ((step + 1) % every === 0) {
          slow = zip(slow, fast, (s, p) => s + share * (p - s))
          fast = slow
        }
        return { ...fast, ...slotsOf("slow", slow), ...slotsOf("momentum", speed) }
      })
      assertSeen(seen, expected)
    }).pipe(onReference)
  )

  it("refuses settings out of range", () => {
    assert.throws(() => lookahead(sgd(), { every: 0 }), SettingError, "lookahead: every is 0; expected a whole number")
    assert.throws(
      () => lookahead(sgd(), { share: 0 }),
      SettingError,
      "lookahead: share is 0; expected a number above 0"
    )
    assert.throws(() => lookahead(lookahead(sgd())), SettingError, "lookahead: name is slow")
  })
})

describe("noise on gradients", () => {
  const noisy = (eta: number, seed: number) => descend(withGradientNoise(sgd(), { eta, gamma: 1 }), rate, 3, { seed })

  it.effect("is the same in a run that is repeated, and another with another key", () =>
    Effect.gen(function* () {
      const first = yield* noisy(0.1, 1)
      assert.deepStrictEqual(yield* noisy(0.1, 1), first)
      assert.notDeepEqual(yield* noisy(0.1, 2), first)
    }).pipe(onReference)
  )

  it.effect("of variance 0 is none", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* noisy(0, 1), yield* descend(sgd(), rate, 3))
    }).pipe(onReference)
  )

  /** The noise on the gradients of two parameters after so many updates. */
  const drawn = (size: number, step: number, dtype: "f32" | "f64" = "f64") => {
    const optimiser = withGradientNoise(sgd(), { eta: 0.36, gamma: 0.5 })
    const at = optimiser.scalars({ rate: 1, step })
    const scalars = Object.fromEntries(Object.keys(at).map((name) => [name, input(name, [], { dtype })]))
    const key = input("key", [2], { dtype: "u32" })
    const zero = op.fill(0, { dtype, shape: [size] })
    const { parameters } = optimiser.update({ a: zero, b: zero }, {}, { a: zero, b: zero }, { scalars, key })
    const outputs = { a: parameters["a"] as AnyExpr, b: parameters["b"] as AnyExpr, ...scalars, key }
    const { a, b } = evaluate(outputs, { ...at, key: [1, step] })
    return { a: Array.from(a.data), b: Array.from(b.data) }
  }

  it("is normal, of a variance that falls, and of each parameter its own", () => {
    for (const step of [0, 15]) {
      const { a, b } = drawn(20_000, step)
      const variance = 0.36 / Math.sqrt(1 + step)
      const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, x) => sum + x, 0) / values.length
      // Five deviations of each estimate from so many draws.
      const within = 5 / Math.sqrt(a.length)
      for (const values of [a, b]) {
        assert.isAtMost(Math.abs(mean(values)), Math.sqrt(variance) * within)
        assert.isAtMost(Math.abs(mean(values.map((x) => x * x)) / variance - 1), Math.SQRT2 * within)
        assert.isAtMost(
          Math.abs(mean(values.map((x) => (x * x) / variance).map((x) => x * x)) - 3),
          Math.sqrt(96) * within
        )
      }
      assert.isAtMost(Math.abs(mean(a.map((x, at) => x * (b[at] as number)))) / variance, within)
    }
  })

  it("needs a step with a key", () => {
    const zero = { w: op.fill(0, { dtype: "f32", shape: [2] }) }
    const at = { scalars: { noise: input("noise", []), rate: input("rate", []) }, key: undefined }
    const message = "withGradientNoise: key is undefined; expected a step with a key, u32[2]"
    assert.throws(() => withGradientNoise(sgd()).update(zero, {}, zero, at), SettingError, message)
  })
})

describe("a change of gradients, or of the rate", () => {
  it.effect("is seen by the optimiser within, and by nothing else", () =>
    Effect.gen(function* () {
      const optimiser = withGradients(
        withRateScale(sgd(), (step) => step + 1),
        (all) => clipByValue(all, 0.3)
      )
      let p = starts
      const expected = Array.from({ length: 4 }, (_, step) => {
        const cut = Object.fromEntries(
          Object.entries(p).map(([path, values]) => [
            path,
            gradientAt(path, values).map((g) => Math.min(Math.max(g, -0.3), 0.3))
          ])
        )
        p = zip(p, cut, (p, g) => p - rate * (step + 1) * g)
        return p
      })
      assertSeen(yield* descend(optimiser, rate, 4), expected)
    }).pipe(onReference)
  )
})
