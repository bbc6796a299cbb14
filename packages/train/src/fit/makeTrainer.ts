import {
  Backend,
  type BackendError,
  compile,
  type Executable,
  makeStore,
  type ProgramCache,
  type Store,
  StoreError
} from "@residual/backends"
import { Model } from "@residual/core"
import type { Computation } from "@residual/graph"
import * as Effect from "effect/Effect"
import * as MutableRef from "effect/MutableRef"
import type * as Scope from "effect/Scope"
import { diagnose, type StepPart } from "../diagnosis/diagnose.ts"
import { firstValues } from "../step/firstValues.ts"
import type { Objective } from "../step/objective.ts"
import type { StepOptions } from "../step/stepOptions.ts"
import { traceAccumulated, traceStep } from "../step/traced.ts"
import { type ComposedTraining, composeTraining } from "./composeTraining.ts"
import { noSteps } from "./runState.ts"
import type { Trainer } from "./trainer.ts"
import type { TrainerOptions, TrainingOptions } from "./trainingOptions.ts"

/**
 * Makes everything that a training run needs on the backend at hand: a Store with the first parameters, states and the
 * optimiser's state, and the compiled step. It lasts as long as the Scope.
 *
 * Fails with a `BackendError`, a `StoreError` where a parameter that was given is none of the model's or not of its type.
 * Throws, at once, a `SettingError` for options that make no sense, and whatever the model and the losses throw where they are
 * composed wrongly; what an initialiser throws is a defect. It may be interrupted between two parameters and two stages of
 * compilation.
 *
 * ```ts
 * import { Backend, Tensor } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
 * import { makeTrainer, sgd } from "@residual/train"
 * import { Effect } from "effect"
 * const line = Model.make({ slope: Model.parameter([]) }, ({ slope }, x: AnyExpr) => op.mul(x, slope))
 * const program = Effect.gen(function* () {
 *   const trainer = yield* makeTrainer(
 *     { model: line, batch: { x: { dtype: "f32", shape: [2] } }, loss: (model, { x }) => op.mean(model(x!)) },
 *     { optimiser: sgd(), key: HostRandom.keyFromSeed(0), parameters: { slope: Tensor.make(3) } }
 *   )
 *   return Tensor.toNumber(yield* trainer.store.read("slope"))
 * })
 * Effect.runSync(Effect.scoped(program).pipe(Effect.provide(Reference.layer()))) // => 3
 * ```
 */
export const makeTrainer = <In, Out>(
  objective: Objective<In, Out>,
  options: TrainerOptions<In, Out>
): Effect.Effect<Trainer, BackendError, Backend | ProgramCache | Scope.Scope> => {
  const composed = composeTraining(objective, options)
  const { model } = objective
  const { key, parameters = {} } = options
  const own = { ...Model.parameters(model), ...Model.states(model) }
  const foreign = Object.keys(parameters).find((path) => !Object.hasOwn(own, path))
  if (foreign !== undefined) {
    return Effect.fail(new StoreError({ slot: foreign, reason: "the model has no such parameter or state" }))
  }
  return firstValues(model, key, parameters).pipe(
    Effect.flatMap(makeStore),
    Effect.flatMap((store) => placed(store, objective, options, composed))
  )
}

/**
 * `makeTrainer` on a Store that holds a model's parameters and states already; the optimiser's state is put beside them. What
 * else the Store holds is no part of the run. Fails and throws as `makeTrainer` does.
 *
 * ```ts
 * import { makeStore, Tensor } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { type AnyExpr, Model, op } from "@residual/core"
 * import { sgd, trainerOn } from "@residual/train"
 * import { Effect } from "effect"
 * const line = Model.make({ slope: Model.parameter([]) }, ({ slope }, x: AnyExpr) => op.mul(x, slope))
 * const program = Effect.gen(function* () {
 *   const store = yield* makeStore({ slope: Tensor.make(3) })
 *   const trainer = yield* trainerOn(
 *     store,
 *     { model: line, batch: { x: { dtype: "f32", shape: [2] } }, loss: (model, { x }) => op.mean(model(x!)) },
 *     { optimiser: sgd({ momentum: 0.9 }) }
 *   )
 *   return trainer.slots
 * })
 * Effect.runSync(Effect.scoped(program).pipe(Effect.provide(Reference.layer()))) // => ["slope", "optimiser/momentum/slope"]
 * ```
 */
export const trainerOn = <In, Out>(
  store: Store,
  objective: Objective<In, Out>,
  options: TrainingOptions<In, Out>
): Effect.Effect<Trainer, BackendError, Backend | ProgramCache> =>
  placed(store, objective, options, composeTraining(objective, options))

/** A run's programs, on the backend at hand and a Store. */
const placed = <In, Out>(
  store: Store,
  objective: Objective<In, Out>,
  { optimiser, lossScaling, accumulate = 1 }: TrainingOptions<In, Out>,
  { starts, step, gather, evaluation, slots, learned, options }: ComposedTraining
): Effect.Effect<Trainer, BackendError, Backend | ProgramCache> =>
  Effect.gen(function* () {
    const backend = yield* Backend
    for (const start of starts) yield* Effect.flatMap(bound(store, start), (executable) => executable.run())
    return {
      store,
      slots,
      learned,
      optimiser,
      step: yield* bound(store, step),
      gather: gather && { executable: yield* bound(store, gather), batches: accumulate },
      diagnose: (inputs) =>
        Effect.provideService(
          Effect.suspend(() => diagnose(partsOf(objective, options, inputs), store.read)),
          Backend,
          backend
        ),
      lossScaling,
      evaluation: evaluation && (yield* bound(store, evaluation)),
      identity: backend.identity,
      liveBytes: backend.liveBytes,
      state: MutableRef.make(noSteps),
      isRunning: MutableRef.make(false)
    }
  })

/** A step's programs as they ran: one for each batch and the step's own, or that alone. */
const partsOf = <In, Out>(
  objective: Objective<In, Out>,
  options: StepOptions,
  given: ReadonlyArray<StepPart["inputs"]>
): ReadonlyArray<StepPart> => {
  if (given.length === 1) return given.map((inputs) => ({ traced: traceStep(objective, options), inputs }))
  const { batch, step } = traceAccumulated(objective, options)
  return given.map((inputs, at) => ({ traced: at === given.length - 1 ? step : batch, inputs }))
}

const bound = (store: Store, computation: Computation): Effect.Effect<Executable, BackendError, ProgramCache> =>
  Effect.flatMap(compile(computation), (executable) => executable.bind(store))
