import { HostRandom } from "@residual/core"
import { type Batch, constantRate, fit, type Trainer, trainerOn } from "@residual/train"
import { Effect, Stream } from "effect"
import type { Benchmark, Ready } from "./benchmark.ts"
import { firstSlots, type Training } from "./trainingBenchmark.ts"

/** How many steps one call makes. */
const stepsPerCall = 256

const batchesOf = (batch: Batch): Stream.Stream<Batch> =>
  Stream.unfold(0, (at) => Effect.succeed([batch, at + 1] as const))

/** Calls of `fit`, each of which goes on from the one before. */
export const fitCalls = (
  { batch, rate }: Pick<Training<unknown, unknown>, "batch" | "rate">,
  trainer: Trainer
): Ready => {
  const call = Effect.suspend(() => {
    const options = {
      batches: batchesOf(batch),
      rate: constantRate(rate),
      steps: trainer.state.current.step + stepsPerCall,
      key: HostRandom.keyFromSeed(0)
    }
    let first: number | undefined
    const read = Stream.runForEach(fit(trainer, options), (event) =>
      Effect.sync(() => {
        if (event.event === "step") first ??= event.loss
      })
    )
    // A step whose loss is not finite, say, would be a mistake of the case.
    const mistakes = ["TrainingError", "SettingError", "MetricError", "DataError"] as const
    return Effect.map(Effect.catchTag(read, mistakes, Effect.die), () => first)
  })
  return { program: trainer.step.program, call, unitsPerCall: stepsPerCall }
}

/** A training step as an application makes it: one of many in a stream of events. It gives a call's first loss. */
export const fitBenchmark = <In, Out>(training: Training<In, Out>): Benchmark => ({
  slots: firstSlots(training),
  build: (store) =>
    Effect.map(trainerOn(store, training.objective, training.step), (trainer) => fitCalls(training, trainer))
})
