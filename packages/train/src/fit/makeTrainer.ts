import {
  Backend,
  type BackendError,
  compile,
  type Executable,
  makeStore,
  type ProgramCache,
  type Store,
  StoreError,
  type Tensor
} from "@residual/backends"
import { type HostRandom, Model, Shape } from "@residual/core"
import type { Computation } from "@residual/graph"
import * as Effect from "effect/Effect"
import * as MutableRef from "effect/MutableRef"
import type * as Scope from "effect/Scope"
import { diagnose, type StepPart } from "../diagnosis/diagnose.ts"
import { accumulatedStep, firstPending, gatherStep } from "../step/accumulation.ts"
import { evaluationStep } from "../step/evaluationStep.ts"
import { firstParameters, firstStates } from "../step/firstValues.ts"
import { applyObjective, type Objective } from "../step/objective.ts"
import { isPending } from "../step/slotNames.ts"
import type { StepOptions } from "../step/stepOptions.ts"
import { traceAccumulated, traceStep } from "../step/traced.ts"
import { optimiserStart, trainingStep } from "../step/trainingStep.ts"
import type { LossScaling } from "./lossScale.ts"
import { noSteps } from "./runState.ts"
import type { Trainer } from "./trainer.ts"

/** How a model is trained. */
export interface TrainingOptions<In, Out> extends Omit<StepOptions, "scalesLoss"> {
  /** What held-out data are measured by, where they are: an objective of the same model. */
  readonly evaluation?: Objective<In, Out>
  /** The optimiser's state that is evaluated in the parameters' place: `average` for `withParameterAverage`. */
  readonly evaluates?: string
  /** Of how many batches a step is made, as if they were one: 1 by default. */
  readonly accumulate?: number
  /** How the loss is scaled, where it is: for values that are kept in 16 bits. */
  readonly lossScaling?: LossScaling
}

/** How a model is trained, and what it starts from. */
export interface TrainerOptions<In, Out> extends TrainingOptions<In, Out> {
  /** What the first parameters are drawn from. */
  readonly key: HostRandom.HostKey
  /** Parameters that are not drawn, and states, by path: those of a checkpoint, say. */
  readonly parameters?: Readonly<Record<string, Tensor.Tensor>>
}

/**
 * Makes everything that a training run needs on the backend at hand: a Store with the first parameters, states and the
 * optimiser's state, and the compiled step. It lasts as long as the Scope.
 *
 * Fails with a `BackendError`, a `StoreError` where a parameter that was given is none of the model's or not of its type. Throws whatever the model and
 * the loss throw where they are composed wrongly.
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
  const first = { ...firstParameters(objective.model, options.key), ...firstStates(objective.model) }
  const { parameters = {} } = options
  const foreign = Object.keys(parameters).find((path) => !Object.hasOwn(first, path))
  if (foreign !== undefined) {
    return Effect.fail(new StoreError({ slot: foreign, reason: "the model has no such parameter or state" }))
  }
  return Effect.flatMap(makeStore({ ...first, ...parameters }), (store) => trainerOn(store, objective, options))
}

/**
 * `makeTrainer` on a Store that holds a model's parameters and states already; the optimiser's state is put beside them.
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
  Effect.gen(function* () {
    const backend = yield* Backend
    const { model } = objective
    const { optimiser, lossScaling, accumulate = 1, trains = () => true } = options
    const step: StepOptions = { ...options, scalesLoss: lossScaling !== undefined }
    const programs: Programs = accumulate === 1 ? { step: trainingStep(objective, step) } : accumulated(objective, step)
    yield* runOnce(store, optimiserStart(model, step))
    if (programs.first !== undefined) yield* runOnce(store, programs.first)
    const slots = Object.keys(yield* store.types).filter((name) => !isPending(name))
    const learned = Object.entries(Model.parameters(model))
      .filter(([path]) => trains(path))
      .reduce((count, [, { shape }]) => count + Shape.size(shape), 0)
    const evaluation = options.evaluation && evaluationStep(options.evaluation, evaluatedState(options))
    return {
      store,
      slots,
      learned,
      optimiser,
      step: yield* bound(store, programs.step),
      gather: programs.gather && { executable: yield* bound(store, programs.gather), batches: accumulate },
      diagnose: (inputs) =>
        Effect.provideService(
          Effect.suspend(() => diagnose(partsOf(objective, step, inputs), store.read)),
          Backend,
          backend
        ),
      lossScaling,
      evaluation: evaluation && (yield* bound(store, evaluation)),
      identity: backend.identity,
      liveBytes: backend.liveBytes,
      state: MutableRef.make(noSteps)
    }
  })

/** The programs of a training run: of a step, and of each batch where it has several, with what those start from. */
interface Programs {
  readonly step: Computation
  readonly gather?: Computation
  readonly first?: Computation
}

const accumulated = <In, Out>(objective: Objective<In, Out>, options: StepOptions): Programs => {
  const { loss } = applyObjective(objective, "train", Model.slots(objective.model))
  const dtype = loss.type.dtype === "f64" ? "f64" : "f32"
  return {
    gather: gatherStep(objective, options),
    step: accumulatedStep(objective.model, dtype, options),
    first: { outputs: {}, updates: firstPending(objective.model, dtype, options) }
  }
}

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

const evaluatedState = <In, Out>({ evaluates, trains }: TrainingOptions<In, Out>) => ({
  ...(evaluates === undefined ? {} : { state: evaluates }),
  ...(trains === undefined ? {} : { trains })
})

const bound = (store: Store, computation: Computation): Effect.Effect<Executable, BackendError, ProgramCache> =>
  Effect.flatMap(compile(computation), (executable) => executable.bind(store))

const runOnce = (store: Store, computation: Computation): Effect.Effect<void, BackendError, ProgramCache> =>
  Effect.asVoid(Effect.flatMap(bound(store, computation), (executable) => executable.run()))
