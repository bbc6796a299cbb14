import { type Backend, type BackendError, makeStore, ProgramCache } from "@residual/backends"
import type { Computation } from "@residual/graph"
import * as Effect from "effect/Effect"
import type { Tensors } from "../../src/index.ts"

/** What one run of a computation gives: its outputs, and what the slots that it updates hold then. */
export interface Found {
  readonly outputs: Tensors
  readonly updates: Tensors
}

/** Runs a computation on the backend at hand, in a program that is let go at the end. It is given what it reads. */
export const runComputation = (
  computation: Computation,
  inputs: Tensors,
  slots: Tensors
): Effect.Effect<Found, BackendError, Backend> =>
  Effect.gen(function* () {
    const store = yield* makeStore(slots)
    const executable = yield* (yield* ProgramCache).executable(computation)
    const read = new Set(executable.program.inputs.map(({ name }) => name))
    const given = Object.fromEntries(Object.entries(inputs).filter(([name]) => read.has(name)))
    const outputs = yield* (yield* executable.bind(store)).run(given)
    const updated = yield* Effect.forEach(Object.keys(computation.updates ?? {}), (name) =>
      Effect.map(store.read(name), (tensor) => [name, tensor] as const)
    )
    return { outputs, updates: Object.fromEntries(updated) }
  }).pipe(Effect.scoped, Effect.provide(ProgramCache.layer, { local: true }))
