import { assert, layer } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import * as Cpu from "@residual/backends/cpu"
import { HostRandom } from "@residual/core"
import { Effect, Stream } from "effect"
import {
  checkpointOf,
  constantRate,
  decodeCheckpoint,
  encodeCheckpoint,
  makeTrainer,
  resume,
  snapshot,
  type Trainer,
  fit as training
} from "../src/index.ts"
import { batchIn, bowl } from "./bowl.ts"
import { everyOptimiser } from "./everyOptimiser.ts"

const key = HostRandom.keyFromSeed(5)
const [steps, stopped] = [9, 4]

layer(Cpu.layer({ threads: 1 }), { excludeTestServices: true })("a run that goes on from a checkpoint", (it) => {
  it.effect.each(everyOptimiser)("is the same to the bit as one that never stopped, and so is its state: %s", (of) =>
    Effect.gen(function* () {
      const [, optimiser, rate] = of
      const make = makeTrainer(bowl("f32"), { optimiser, key, clip: 5 })
      const go = (trainer: Trainer, last: number) => {
        const batches = Stream.forever(Stream.succeed(batchIn("f32")))
        return Stream.runDrain(training(trainer, { batches, rate: constantRate(rate), steps: last, key }))
      }
      const whole = yield* make
      yield* go(whole, steps)
      const first = yield* make
      yield* go(first, stopped)
      const checkpoint = checkpointOf(first, yield* snapshot(first), { key, configuration: {} })
      const bytes = yield* encodeCheckpoint("first", checkpoint)
      const second = yield* make
      yield* resume(second, "first", yield* decodeCheckpoint("first", bytes))
      yield* go(second, steps)
      const [expected, actual] = [yield* snapshot(whole), yield* snapshot(second)]
      assert.deepStrictEqual(Object.keys(actual.tensors), Object.keys(expected.tensors))
      for (const [slot, value] of Object.entries(expected.tensors)) {
        assert.isTrue(Tensor.equals(actual.tensors[slot] as Tensor.Tensor, value), slot)
      }
    }).pipe(Effect.scoped)
  )
})
