import type { AnyExpr } from "@residual/core"
import type { Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import type { Store } from "./backend.ts"
import { compile } from "./compile.ts"
import type { BackendError } from "./error/backendError.ts"
import { InputError } from "./error/inputError.ts"
import type { ProgramCache } from "./programCache.ts"
import type * as Tensor from "./tensor.ts"
import { tensorFor } from "./tensorFor.ts"

/**
 * What a one-shot run is given: tensors, or numbers that take the input's type.
 *
 * ```ts
 * import type { Inputs } from "@residual/backends"
 * const inputs: Inputs = { x: [[1, 2], [3, 4]] }
 * inputs // => { x: [[1, 2], [3, 4]] }
 * ```
 */
export type Inputs = Readonly<Record<string, Tensor.Tensor | Tensor.Numbers>>

/** Computes what was prepared. Fails as running a program does. */
export type Prepared<Result> = (inputs?: Inputs) => Effect.Effect<Result, BackendError>

/**
 * An expression, or several by name, as a function of its inputs: compiled now, or taken from the cache, and bound to the
 * Store that holds its slots where it has any. Fails as compiling and binding do.
 *
 * ```ts
 * import { prepare, Tensor } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { input, op } from "@residual/core"
 * import { Effect } from "effect"
 * const program = Effect.gen(function* () {
 *   const triple = yield* prepare(op.mul(input("x", [2]), 3))
 *   return [Tensor.toArray(yield* triple({ x: [1, 2] })), Tensor.toArray(yield* triple({ x: [5, 6] }))]
 * })
 * Effect.runSync(program.pipe(Effect.provide(Reference.layer()))) // => [[3, 6], [15, 18]]
 * ```
 */
export const prepare: {
  (expr: AnyExpr, store?: Store): Effect.Effect<Prepared<Tensor.Tensor>, BackendError, ProgramCache>
  <Name extends string>(
    exprs: Readonly<Record<Name, AnyExpr>>,
    store?: Store
  ): Effect.Effect<Prepared<Readonly<Record<Name, Tensor.Tensor>>>, BackendError, ProgramCache>
} = (
  what: AnyExpr | Readonly<Record<string, AnyExpr>>,
  store?: Store
): Effect.Effect<Prepared<never>, BackendError, ProgramCache> => {
  const isOne = isExpr(what)
  return Effect.gen(function* () {
    const compiled = yield* compile({ outputs: isOne ? { value: what } : what })
    const executable = store === undefined ? compiled : yield* compiled.bind(store)
    return (inputs = {}) =>
      Effect.map(
        Effect.flatMap(tensorsOf(executable.program, inputs), (tensors) => executable.run(tensors)),
        (outputs) => (isOne ? outputs["value"] : outputs) as never
      )
  })
}

// A record of expressions may have one that is named "op"; the op of an expression is none itself.
const isExpr = (what: AnyExpr | Readonly<Record<string, AnyExpr>>): what is AnyExpr =>
  typeof what.op === "object" && "kind" in what.op

const tensorsOf = (
  program: Program,
  inputs: Inputs
): Effect.Effect<Readonly<Record<string, Tensor.Tensor>>, InputError> =>
  Effect.suspend(() => {
    const types = new Map(program.inputs.map(({ name, type }) => [name, type]))
    try {
      // What the program does not read is left to the executable to refuse or to let be.
      const given = Object.entries(inputs).map(
        ([name, value]) => [name, tensorFor(name, types.get(name), value)] as const
      )
      return Effect.succeed(Object.fromEntries(given))
    } catch (error) {
      if (error instanceof InputError) return Effect.fail(error)
      throw error
    }
  })
