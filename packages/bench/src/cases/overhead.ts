import { type Backend, type BackendError, makeStore, type ProgramCache, type Store } from "@residual/backends"
import { trainerOn } from "@residual/train"
import { Effect, Layer, type Scope } from "effect"
import type { Benchmark, Ready } from "./benchmark.ts"
import { emptyLayer } from "./emptyDevice.ts"
import { fitCalls } from "./fitBenchmark.ts"
import { firstSlots, type Training, trainingBenchmark } from "./trainingBenchmark.ts"

/** A case on a backend of its own that computes nothing. */
const onEmptyDevice = <In, Out>(
  training: Training<In, Out>,
  build: (store: Store) => Effect.Effect<Ready, BackendError, Backend | ProgramCache | Scope.Scope>
): Benchmark => ({
  slots: {},
  build: () =>
    // Fresh, since a cache of programs that is shared would load them on the backend around.
    Effect.flatMap(Layer.build(Layer.fresh(emptyLayer)), (backend) =>
      Effect.provide(Effect.flatMap(makeStore(firstSlots(training)), build), backend)
    )
})

const withoutLoss = (ready: Ready): Ready => ({ ...ready, call: Effect.as(ready.call, undefined) })

/** What a run of a training step costs beside its computation: checks, the lock, the accounting, the span. */
export const runOverhead = <In, Out>(training: Training<In, Out>): Benchmark =>
  onEmptyDevice(training, (store) => Effect.map(trainingBenchmark(training).build(store), withoutLoss))

/** What a step of `fit` costs beside its computation: that of the run, and the stream, the metrics and the step's span. */
export const fitOverhead = <In, Out>(training: Training<In, Out>): Benchmark =>
  onEmptyDevice(training, (store) =>
    Effect.map(trainerOn(store, training.objective, training.step), (trainer) =>
      withoutLoss(fitCalls(training, trainer))
    )
  )
