import { type BackendError, compile, type ProgramCache, type Store } from "@residual/backends"
import * as Effect from "effect/Effect"
import { firstStates } from "../step/firstValues.ts"
import type { Generator } from "./generate.ts"
import { decodeComputation, type LanguageModel, prefillComputation } from "./generator.ts"

/**
 * Compiles a language model's two programs and binds them to a Store that holds its parameters: the one in which it was
 * trained, for one. Its caches become slots of that Store.
 *
 * Fails with a `BackendError`, where the Store lacks a parameter for one.
 *
 * ```ts
 * import type { BackendError, ProgramCache, Store } from "@residual/backends"
 * import { type Generator, type LanguageModel, makeGenerator } from "@residual/train"
 * import type { Effect } from "effect"
 * const make: (
 *   store: Store,
 *   model: LanguageModel
 * ) => Effect.Effect<Generator, BackendError, ProgramCache> = makeGenerator
 * ```
 */
export const makeGenerator = (
  store: Store,
  model: LanguageModel
): Effect.Effect<Generator, BackendError, ProgramCache> =>
  Effect.gen(function* () {
    const held = yield* store.types
    const caches = Object.entries(firstStates(model.decode)).filter(([path]) => !Object.hasOwn(held, path))
    yield* store.replace(Object.fromEntries(caches))
    const prefill = yield* Effect.flatMap(compile(prefillComputation(model)), (program) => program.bind(store))
    const decode = yield* Effect.flatMap(compile(decodeComputation(model)), (program) => program.bind(store))
    return { context: model.context, prefill, decode }
  })
