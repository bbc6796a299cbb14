import type { AnyExpr } from "@residual/core"
import * as Effect from "effect/Effect"
import type { BackendError } from "./error/backendError.ts"
import { type Inputs, prepare } from "./prepare.ts"
import type { ProgramCache } from "./programCache.ts"
import type * as Tensor from "./tensor.ts"

/**
 * Computes an expression, or several by name, on the backend at hand: compiled the first time, taken from the cache from
 * then on. Fails as compiling and running do.
 *
 * ```ts
 * import { run, Tensor } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { input, op } from "@residual/core"
 * import { Effect } from "effect"
 * const y = run(op.mul(input("x", [2]), 3), { x: [1, 2] }).pipe(Effect.map(Tensor.toArray))
 * Effect.runSync(y.pipe(Effect.provide(Reference.layer()))) // => [3, 6]
 * ```
 */
export const run: {
  (expr: AnyExpr, inputs?: Inputs): Effect.Effect<Tensor.Tensor, BackendError, ProgramCache>
  <Name extends string>(
    exprs: Readonly<Record<Name, AnyExpr>>,
    inputs?: Inputs
  ): Effect.Effect<Readonly<Record<Name, Tensor.Tensor>>, BackendError, ProgramCache>
} = (
  what: AnyExpr | Readonly<Record<string, AnyExpr>>,
  inputs: Inputs = {}
): Effect.Effect<never, BackendError, ProgramCache> =>
  // Both overloads of the one come from those of the other.
  Effect.flatMap(prepare(what as AnyExpr), (prepared) => prepared(inputs)) as Effect.Effect<
    never,
    BackendError,
    ProgramCache
  >
