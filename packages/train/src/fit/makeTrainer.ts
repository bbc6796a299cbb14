import { type Backend, type BackendError, compile, makeStore, type ProgramCache, type Tensor } from "@residual/backends"
import { type HostRandom, Model, Shape } from "@residual/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { evaluationStep } from "../step/evaluationStep.ts"
import { firstParameters, firstStates } from "../step/firstValues.ts"
import type { Objective } from "../step/objective.ts"
import { optimiserStart, type StepOptions, trainingStep } from "../step/trainingStep.ts"
import type { Trainer } from "./trainer.ts"

/** How a model is trained, and what it starts from. */
export interface TrainerOptions<In, Out> extends StepOptions {
  /** What the first parameters are drawn from. */
  readonly key: HostRandom.HostKey
  /** Parameters that are not drawn, by path: those of a checkpoint, say. */
  readonly parameters?: Readonly<Record<string, Tensor.Tensor>>
  /** What held-out data are measured by, where they are: an objective of the same model. */
  readonly evaluation?: Objective<In, Out>
}

/**
 * Makes everything that a training run needs on the backend at hand: a Store with the first parameters, states and the
 * optimiser's state, and the compiled step. It lasts as long as the Scope.
 *
 * Fails with a `BackendError`, and where a parameter that was given is not of its type. Throws whatever the model and
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
): Effect.Effect<Trainer, BackendError, Backend | ProgramCache | Scope.Scope> =>
  Effect.gen(function* () {
    const { model } = objective
    const specified = Model.parameters(model)
    const first = {
      ...firstParameters(model, options.key),
      ...firstStates(model),
      ...options.parameters
    }
    const store = yield* makeStore(first)
    const start = yield* compile(optimiserStart(model, options))
    yield* Effect.flatMap(start.bind(store), (bound) => bound.run())
    const step = yield* Effect.flatMap(compile(trainingStep(objective, options)), (step) => step.bind(store))
    const evaluation =
      options.evaluation === undefined
        ? undefined
        : yield* Effect.flatMap(compile(evaluationStep(options.evaluation)), (step) => step.bind(store))
    const { trains = () => true } = options
    const learned = Object.entries(specified)
      .filter(([path]) => trains(path))
      .reduce((count, [, { shape }]) => count + Shape.size(shape), 0)
    return { store, learned, optimiser: options.optimiser, step, evaluation }
  })
