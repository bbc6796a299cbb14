/// <reference lib="esnext.disposable" preserve="true" />
import type { Backend, Inputs, ProgramCache, Store, Tensor } from "@residual/backends"
import { Model } from "@residual/core"
import {
  type GenerateOptions,
  generate,
  type LanguageModel,
  makeGenerator,
  makePredictor,
  matchParameters,
  modelTensors,
  type Prediction
} from "@residual/train"
import * as Effect from "effect/Effect"
import type { Abortable } from "./abortable.ts"
import type { Lifetime } from "./lifetime.ts"

/**
 * Computes something for inputs: tensors, or numbers that take the input's type. Rejects with a `BackendError`.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { input, op } from "@residual/core"
 * import { type Compiled, open } from "@residual/promise"
 * await using backend = await open("reference")
 * const triple: Compiled<Tensor.Tensor> = await backend.compile(op.mul(input("x", [2]), 3))
 * Tensor.toArray(await triple({ x: [1, 2] })) // => [3, 6]
 * ```
 */
export type Compiled<Result> = (inputs?: Inputs, options?: Abortable) => Promise<Result>

/** A model whose parameters are on a device, until it is closed. */
export interface OpenModel extends AsyncDisposable {
  /** Its parameters and states, by path. */
  readonly values: () => Promise<Readonly<Record<string, Tensor.Tensor>>>
  /** Compiles a prediction of the model, or of a part of it. */
  readonly predictor: <In, Out, Name extends string>(
    prediction: Prediction<In, Out, Name>
  ) => Promise<Compiled<Readonly<Record<Name, Tensor.Tensor>>>>
  /**
   * Compiles a language model's two programs: what is given back generates tokens. A generation holds the model's caches, so
   * that one is to end before the next one begins. Its iteration rejects with a `DataError` for a prompt or settings that
   * are not what they should be.
   */
  readonly generator: (model: LanguageModel) => Promise<(options: GenerateOptions & Abortable) => AsyncIterable<number>>
  /** Stops what is computed, and frees its memory; safe to call again. */
  readonly close: () => Promise<void>
}

/** The services of a backend. */
export type BackendServices = Backend | ProgramCache

/** What a Store that holds a model offers, for a lifetime. */
export const modelOn = (lifetime: Lifetime<BackendServices>, store: Store): OpenModel => ({
  values: () => lifetime.run(Effect.map(store.snapshot, modelTensors)),
  predictor: async (prediction) => {
    const predict = await lifetime.run(Effect.suspend(() => makePredictor(store, prediction)))
    return (inputs, options) => lifetime.run(predict(inputs), options)
  },
  generator: async (model) => {
    const generator = await lifetime.run(Effect.suspend(() => makeGenerator(store, model)))
    return ({ signal, ...options }) =>
      lifetime.iterate(generate(generator, options), signal === undefined ? {} : { signal })
  },
  close: lifetime.close,
  [Symbol.asyncDispose]: lifetime.close
})

/** Tensors as the values of a model: all of its parameters and states, and nothing else. */
export const valuesFor = (model: Model.AnyModel, tensors: Readonly<Record<string, Tensor.Tensor>>) =>
  Effect.map(matchParameters({ ...Model.parameters(model), ...Model.states(model) }, tensors), ({ matched }) => matched)
