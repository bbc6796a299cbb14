import type { AnyExpr } from "@residual/core"
import type { Program } from "@residual/graph"
import * as Effect from "effect/Effect"
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
): Effect.Effect<never, BackendError, ProgramCache> => {
  const isOne = isExpr(what)
  return Effect.gen(function* () {
    const executable = yield* compile({ outputs: isOne ? { value: what } : what })
    const outputs = yield* executable.run(yield* tensorsOf(executable.program, inputs))
    return (isOne ? outputs["value"] : outputs) as never
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
