import { assert, describe, it } from "@effect/vitest"
import { compile, Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, HostRandom, input, Model, op } from "@residual/core"
import { Effect } from "effect"
import { adamW, feed, type Objective, sgd, trainingStep } from "../src/index.ts"

const line: Objective<AnyExpr, AnyExpr> = {
  model: Model.make({ slope: Model.parameter([]) }, ({ slope }, x: AnyExpr) => op.mul(x, slope)),
  batch: { x: { dtype: "f32", shape: [2] } },
  loss: (model, { x }) => op.mean(model(x as AnyExpr))
}
const batch = { x: Tensor.make([1, 2]), unread: Tensor.make(7) }
const time = { key: HostRandom.keyFromSeed(0), step: 3, scalars: sgd().scalars({ rate: 0.5, step: 3 }) }
const onReference = Effect.provide(Reference.layer())

describe("what a step is fed", () => {
  it.effect(
    "is what its program reads: the scalars of its optimiser that it uses, and no key for a loss without draws",
    () =>
      Effect.gen(function* () {
        const plain = yield* compile(trainingStep(line, { optimiser: sgd() }))
        const adam = adamW()
        const counting = yield* compile(trainingStep(line, { optimiser: adam }))
        const scalars = adam.scalars({ rate: 0.5, step: 3 })
        assert.deepStrictEqual(Object.keys(feed(plain, batch, time)).toSorted(), ["update/rate", "x"])
        assert.deepStrictEqual(
          Object.keys(feed(counting, batch, { ...time, scalars })).toSorted(),
          [...Object.keys(scalars).map((name) => `update/${name}`), "x"].toSorted()
        )
        assert.deepStrictEqual(Object.keys(feed(counting, batch)), ["x"])
      }).pipe(onReference)
  )

  it.effect("has the types that the program reads, and a key of each step's own", () =>
    Effect.gen(function* () {
      const rate = input("update/rate", [], { dtype: "f64" })
      const key = input("key", [2], { dtype: "u32" })
      const executable = yield* compile({ outputs: { rate: op.mul(rate, 2), bits: op.randomBits(key, [2]) } })
      const given = feed(executable, {}, time)
      assert.deepStrictEqual(given["update/rate"], Tensor.make(0.5, { dtype: "f64" }))
      assert.deepStrictEqual(given["key"], Tensor.make(HostRandom.foldIn(time.key, 3), { dtype: "u32" }))
      assert.strictEqual(Tensor.toNumber((yield* executable.run(given))["rate"] as Tensor.Tensor), 1)
    }).pipe(onReference)
  )
})
