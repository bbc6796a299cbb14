import { type BackendError, compile, type Executable, type ProgramCache, type Store, Tensor } from "@residual/backends"
import { HostRandom } from "@residual/core"
import {
  type Batch,
  feeder,
  firstParameters,
  firstStates,
  type Objective,
  optimiserStart,
  type StepOptions,
  trainingStep
} from "@residual/train"
import { Effect } from "effect"
import type { Benchmark } from "./benchmark.ts"

/** What is learned, how, and from which batch, which every step sees again. */
export interface Training<In, Out> {
  readonly objective: Objective<In, Out>
  readonly step: StepOptions
  readonly rate: number
  readonly batch: Batch
}

/** The seed of the models' own first values, which none of them uses: their weights have seeds of their own. */
const key = HostRandom.keyFromSeed(0)

/** The first parameters and states of what is trained. */
export const firstSlots = <In, Out>({
  objective: { model }
}: Training<In, Out>): Readonly<Record<string, Tensor.Tensor>> => ({
  ...firstParameters(model, key),
  ...firstStates(model)
})

/** The compiled step on a Store, in which the optimiser's state has its first values. */
export const trainingExecutable = <In, Out>(
  { objective, step }: Training<In, Out>,
  store: Store
): Effect.Effect<Executable, BackendError, ProgramCache> =>
  Effect.gen(function* () {
    const start = yield* compile(optimiserStart(objective.model, step))
    yield* Effect.flatMap(start.bind(store), (bound) => bound.run())
    const compiled = yield* compile(trainingStep(objective, step))
    return yield* compiled.bind(store)
  })

/** A training step: one run of one program, with the batch given from the host each time and the loss handed back. */
export const trainingBenchmark = <In, Out>(training: Training<In, Out>): Benchmark => ({
  slots: firstSlots(training),
  build: (store) =>
    Effect.gen(function* () {
      const executable = yield* trainingExecutable(training, store)
      const {
        batch,
        rate,
        step: { optimiser }
      } = training
      const inputs = feeder(executable)
      let steps = 0
      const call = Effect.suspend(() => {
        const step = steps++
        const scalars = optimiser.scalars({ rate, step })
        return executable.run(inputs(batch, { step, scalars }), { outputs: ["loss"] })
      })
      return {
        program: executable.program,
        call: Effect.map(call, ({ loss }) => Tensor.toNumber(loss as Tensor.Tensor))
      }
    })
})
