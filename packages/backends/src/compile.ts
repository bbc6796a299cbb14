import type { Computation } from "@residual/graph"
import type * as Effect from "effect/Effect"
import type { Executable } from "./backend.ts"
import type { BackendError } from "./error/backendError.ts"
import { ProgramCache } from "./programCache.ts"

/**
 * A computation as a program on the backend at hand: taken from the cache, or compiled and loaded into it. Fails with a
 * `CompileFailure` that names the stage.
 *
 * ```ts
 * import { compile, makeStore, Tensor } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { op, slot } from "@residual/core"
 * import { Effect } from "effect"
 * const count = slot("count", [])
 * const program = Effect.gen(function* () {
 *   const store = yield* makeStore({ count: Tensor.make(0) })
 *   const step = yield* (yield* compile({ outputs: {}, updates: { count: op.add(count, 1) } })).bind(store)
 *   yield* step.run()
 *   yield* step.run()
 *   return Tensor.toArray(yield* store.read("count"))
 * })
 * Effect.runSync(Effect.scoped(program).pipe(Effect.provide(Reference.layer()))) // => 2
 * ```
 */
export const compile = (computation: Computation): Effect.Effect<Executable, BackendError, ProgramCache> =>
  ProgramCache.use((cache) => cache.executable(computation))
