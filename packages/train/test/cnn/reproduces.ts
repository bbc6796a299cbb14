import { assert } from "@effect/vitest"
import { type Backend, type ProgramCache, Tensor } from "@residual/backends"
import { HostRandom } from "@residual/core"
import { Effect, Stream } from "effect"
import { constantRate, makeTrainer, sgd, fit as training } from "../../src/index.ts"
import { batches, first, last, losses, objective } from "./recorded.ts"

/** How far a run may be from the recorded one: relative, for losses, and relative to the largest element of a tensor. */
export interface Bounds {
  readonly loss: number
  readonly values: number
}

/**
 * Of backends that compute in 32 bits: both runs round each step to 6e-8, with sums of up to 18,432 terms in orders of their
 * own, and each step passes on what the ones before it have rounded.
 */
export const float32: Bounds = { loss: 5e-5, values: 5e-5 }

/**
 * By how much the bias in front of the normalisation, and the running mean behind it, may differ: nothing depends on that
 * bias, whose gradient is 0 and what rounding makes of it. Its true value is 0; PyTorch's came to 1.5e-5.
 */
const drift = 3e-5
const drifting = ["c1.bias", "bn.mean"]

/** Trains as was recorded. */
export const reproduces = (bounds: Bounds): Effect.Effect<void, unknown, Backend | ProgramCache> =>
  Effect.gen(function* () {
    const key = HostRandom.keyFromSeed(0)
    const optimiser = sgd({ momentum: 0.9, weightDecay: 1e-4 })
    const trainer = yield* makeTrainer(objective, { optimiser, key, parameters: first })
    const run = training(trainer, { batches: Stream.fromIterable(batches), rate: constantRate(0.05), steps: 40, key })
    const events = yield* Stream.runCollect(run)
    const own = events.flatMap((event) => (event.event === "step" ? [event.loss] : []))
    assert.lengthOf(own, 40)
    for (const [step, loss] of own.entries()) {
      const recorded = losses[step] as number
      assert.isAtMost(Math.abs(loss / recorded - 1), bounds.loss, `the loss of step ${step + 1}`)
    }
    for (const [slot, recorded] of Object.entries(last)) {
      const expected = Tensor.toTypedArray(recorded)
      const largest = Math.max(...Array.from(expected, Math.abs))
      const allowed = drifting.includes(slot) ? drift : bounds.values * largest
      const values = Tensor.toTypedArray(yield* trainer.store.read(slot))
      assert.lengthOf(values, expected.length)
      for (const [at, value] of values.entries())
        assert.closeTo(value, expected[at] as number, allowed, `${slot} ${at}`)
    }
  }).pipe(Effect.scoped)
