import { readFileSync } from "node:fs"
import { assert } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import * as Effect from "effect/Effect"
import { feed, makeTrainer, type Objective, type Optimiser } from "../src/index.ts"

/** What an optimiser did on the recorded loss: the loss before each step, and the parameters after it. */
export interface Trace {
  readonly losses: ReadonlyArray<number>
  readonly params: ReadonlyArray<ReadonlyArray<number>>
}

/** Traces that PyTorch 1.13 left in float64, and the parameters that they start from. */
export const recorded: {
  readonly p0: ReadonlyArray<number>
  readonly optimisers: Readonly<Record<string, Trace>>
} = JSON.parse(readFileSync(new URL("../../testing/fixtures/optim.golden.json", import.meta.url), "utf8"))

/** Σ (1 − pᵢ)² + 5·(pᵢ₊₁ − pᵢ²)², the loss that the traces were recorded on. */
const recordedLoss = (p: AnyExpr): AnyExpr => {
  const head = op.slice(p, { stops: [-1] })
  const off = op.sub(head, 1)
  const bend = op.sub(op.slice(p, { starts: [1] }), op.mul(head, head))
  return op.sum(op.add(op.mul(off, off), op.mul(op.mul(bend, bend), 5)))
}

const objectiveIn = (dtype: "f32" | "f64"): Objective<undefined, AnyExpr> => ({
  model: Model.make(
    { p: Model.parameter([recorded.p0.length], { dtype, initialiser: Model.values(recorded.p0) }) },
    ({ p }) => p
  ),
  batch: {},
  loss: (model) => recordedLoss(model(undefined))
})

/** Runs an optimiser on the recorded loss, on the backend at hand. */
export const replay = (optimiser: Optimiser, rate: number, steps: number, dtype: "f32" | "f64" = "f64") =>
  Effect.scoped(
    Effect.gen(function* () {
      const key = HostRandom.keyFromSeed(0)
      const trainer = yield* makeTrainer(objectiveIn(dtype), { optimiser, key })
      const losses: Array<number> = []
      const params: Array<ReadonlyArray<number>> = []
      for (let step = 0; step < steps; step++) {
        const scalars = optimiser.scalars({ rate, step })
        const { loss } = yield* trainer.step.run(feed(trainer.step, {}, { key, step, scalars }))
        losses.push(Tensor.toNumber(loss as Tensor.Tensor))
        params.push(Array.from(Tensor.toTypedArray(yield* trainer.store.read("p"))))
      }
      return { losses, params } satisfies Trace
    })
  )

/** Asserts that numbers are within 1e-12 of what is expected, or within 1e-14 where that is close to 0. */
export const assertClose = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>) => {
  assert.strictEqual(actual.length, expected.length)
  for (const [at, value] of expected.entries()) {
    const error = Math.abs((actual[at] as number) - value)
    assert.isAtMost(error, Math.max(1e-14, 1e-12 * Math.abs(value)), `${actual[at]} for ${value}, at ${at}`)
  }
}

/** Asserts that an optimiser does in float64 what was recorded under a name. */
export const assertTrace = (name: string, optimiser: Optimiser, rate: number) =>
  Effect.gen(function* () {
    const expected = recorded.optimisers[name] as Trace
    assert.strictEqual(expected.losses.length, 25)
    const actual = yield* replay(optimiser, rate, 25)
    assertClose(actual.losses, expected.losses)
    for (const [step, params] of expected.params.entries()) assertClose(actual.params[step] ?? [], params)
  })
