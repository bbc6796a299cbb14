import type { DerivativeError, ShapeError } from "@residual/core"
import { type CompileError, type Computation, compile, lower, type Program, structuralHash } from "@residual/graph"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { Backend, type Executable } from "./backend.ts"
import { acceptDeclared, inputNames } from "./declaredInputs.ts"
import { eitherToEffect } from "./eitherToEffect.ts"
import type { BackendError } from "./error/backendError.ts"
import { CompileFailure } from "./error/compileFailure.ts"

/**
 * The programs that a backend has loaded, by the structural hash of what they compute: the same computation composed
 * again compiles nothing. They stay loaded as long as the cache, which is a Layer of an application.
 *
 * ```ts
 * import { ProgramCache, run } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { input, op } from "@residual/core"
 * import { Effect } from "effect"
 * const program = Effect.gen(function* () {
 *   yield* run(op.neg(input("x", [2])), { x: [1, 2] })
 *   yield* run(op.neg(input("x", [2])), { x: [3, 4] })
 *   return yield* (yield* ProgramCache).compilations
 * })
 * Effect.runSync(program.pipe(Effect.provide(Reference.layer()))) // => 1
 * ```
 */
export class ProgramCache extends Context.Service<
  ProgramCache,
  {
    /** The program of a computation, compiled and loaded now or before. */
    readonly executable: (computation: Computation) => Effect.Effect<Executable, BackendError>
    /** How many programs were compiled so far. */
    readonly compilations: Effect.Effect<number>
  }
>()("@residual/backends/ProgramCache") {
  /** An empty cache over the backend at hand: another one wherever it is provided, since programs are a backend's own. */
  static readonly layer: Layer.Layer<ProgramCache, never, Backend> = Layer.fresh(
    Layer.effect(
      ProgramCache,
      Effect.gen(function* () {
        const backend = yield* Backend
        const scope = yield* Effect.scope
        const loaded = new Map<string, Executable>()
        const lock = yield* Semaphore.make(1)
        let compilations = 0
        const target = { claims: backend.claims }
        const executable = (computation: Computation): Effect.Effect<Executable, BackendError> =>
          Effect.gen(function* () {
            // Each stage takes long for a deep model: between them, whatever waits for its turn has it.
            yield* Effect.yieldNow
            const graph = yield* compiled(eitherToEffect(lower(computation, backend.claims)))
            const key = structuralHash(graph)
            const known = loaded.get(key)
            if (known !== undefined) return known
            compilations++
            yield* Effect.yieldNow
            const program: Program = yield* compiled(Effect.suspend(() => eitherToEffect(compile(computation, target))))
            yield* Effect.yieldNow
            const own = yield* Scope.fork(scope)
            const loading = Effect.map(Scope.provide(backend.load(program), own), (executable) => {
              const fresh = acceptDeclared(executable, inputNames(graph))
              loaded.set(key, fresh)
              return fresh
            })
            // What a load took that then failed, or was interrupted, is not kept until the cache ends.
            return yield* Effect.onError(loading, (cause) => Scope.close(own, Exit.failCause(cause)))
          }).pipe(lock.withPermit)
        return { executable, compilations: Effect.sync(() => compilations) }
      })
    )
  )
}

const compiled = <A>(
  result: Effect.Effect<A, CompileError | ShapeError | DerivativeError>
): Effect.Effect<A, CompileFailure> =>
  Effect.mapError(result, (error) =>
    error._tag === "CompileError"
      ? new CompileFailure({ stage: error.stage, reason: error.reason })
      : new CompileFailure({ stage: "compose", reason: error.message })
  )
