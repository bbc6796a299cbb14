import {
  type BackendError,
  type Prepared,
  type ProgramCache,
  prepare,
  type Store,
  type Tensor
} from "@residual/backends"
import type * as Effect from "effect/Effect"
import { type Prediction, predictionOutputs } from "./prediction.ts"

/**
 * A prediction as a function, which asks the model whose parameters and states a Store holds: those of a run, or of a
 * checkpoint (`matchParameters` tells whether they fit). It changes nothing there.
 *
 * Fails with a `BackendError`, where the Store lacks a parameter for one. Throws whatever the model throws where it is
 * composed wrongly.
 *
 * ```ts
 * import { makeStore, Tensor } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { type AnyExpr, Model, op } from "@residual/core"
 * import { makePredictor } from "@residual/train"
 * import { Effect } from "effect"
 * const line = Model.make({ slope: Model.parameter([]) }, ({ slope }, x: AnyExpr) => op.mul(x, slope))
 * const program = Effect.gen(function* () {
 *   const predict = yield* makePredictor(yield* makeStore({ slope: Tensor.make(3) }), {
 *     model: line,
 *     inputs: { x: { dtype: "f32", shape: [2] } },
 *     outputs: (model, { x }) => ({ y: model(x!) })
 *   })
 *   return Tensor.toArray((yield* predict({ x: [1, 2] })).y)
 * })
 * Effect.runSync(Effect.scoped(program).pipe(Effect.provide(Reference.layer()))) // => [3, 6]
 * ```
 */
export const makePredictor = <In, Out, Name extends string>(
  store: Store,
  prediction: Prediction<In, Out, Name>
): Effect.Effect<Prepared<Readonly<Record<Name, Tensor.Tensor>>>, BackendError, ProgramCache> =>
  prepare<Name>(predictionOutputs(prediction), store)
