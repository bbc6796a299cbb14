import type { Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Tracer from "effect/Tracer"
import type { Executable, RunOptions, Store } from "./backend.ts"
import { checkIndices, indexUses } from "./checkIndices.ts"
import { checkInputs } from "./checkInputs.ts"
import type { LoadedProgram } from "./device.ts"
import type { BackendError } from "./error/backendError.ts"
import { ExecutionError } from "./error/executionError.ts"
import { StoreError } from "./error/storeError.ts"
import { checkSlots, type HeldStore } from "./heldStore.ts"
import type { Profile } from "./profile.ts"
import { profilesOf } from "./profilesOf.ts"
import { runOutputs } from "./runOutputs.ts"
import type { Tensor } from "./tensor.ts"
import { type Host, makeTransaction } from "./transaction.ts"

type Inputs = Readonly<Record<string, Tensor>>

/**
 * A program on a device, for as long as `isOpen`. A run of a synchronous step costs little more than the step: where the
 * device is free, everything from the checks to the update of the Store is one operation of the fiber.
 */
export const makeExecutable = <Slot>(
  host: Host<Slot>,
  stores: WeakMap<Store, HeldStore<Slot>>,
  program: Program,
  loaded: LoadedProgram<Slot>,
  isOpen: () => boolean
): Executable => {
  const { device, turns } = host
  const known = runOutputs(program)
  const uses = indexUses(program.graph)
  const toProfile = profilesOf(device.name, program)
  const span = { attributes: { device: device.name, hash: program.hash }, captureStackTrace: false }

  const unloaded = Effect.fail(failed(device.name, "its scope is closed"))

  const executable = (held: HeldStore<Slot> | undefined): Executable => {
    const transaction = makeTransaction(host, program, known, loaded, held)
    const problemOf = (inputs: Inputs, outputs: ReadonlyArray<string>): BackendError | undefined =>
      checkInputs(program, inputs) ?? known.check(outputs) ?? checkIndices(uses, inputs)
    const attempt = (inputs: Inputs, { outputs: asked = "all" }: RunOptions): Effect.Effect<Inputs, BackendError> => {
      const outputs = asked === "all" ? known.all : asked
      const problem = problemOf(inputs, outputs)
      if (problem !== undefined) return Effect.fail(problem)
      const { run, start } = transaction
      if (start !== undefined) {
        const begin = (): ReturnType<typeof start> => (isOpen() ? start(inputs, outputs) : unloaded)
        return Effect.flatten(turns.exclusively(Effect.suspend(begin))).pipe(
          Effect.tapErrorTag("DeviceLost", (error) => Effect.sync(() => turns.lose(error)))
        )
      }
      const perform = (): Effect.Effect<Inputs, BackendError> =>
        isOpen() && run !== undefined ? run(inputs, outputs) : unloaded
      if (!turns.areFree()) return turns.exclusively(Effect.suspend(perform))
      const lost = turns.lost()
      return lost === undefined ? perform() : Effect.fail(lost)
    }
    const profile = (inputs: Inputs, { outputs: asked = "all" }: RunOptions): Effect.Effect<Profile, BackendError> => {
      const outputs = asked === "all" ? known.all : asked
      const problem = problemOf(inputs, outputs)
      if (problem !== undefined) return Effect.fail(problem)
      const { profile: timed } = transaction
      if (timed === undefined) return Effect.fail(failed(device.name, "the device tells no times"))
      const perform = (): ReturnType<typeof timed> => (isOpen() ? timed(inputs, outputs) : unloaded)
      return Effect.map(turns.exclusively(Effect.suspend(perform)), toProfile)
    }
    return {
      program,
      bind: (store) =>
        Effect.suspend(() => {
          const other = stores.get(store)
          if (other === undefined) {
            return Effect.fail(new StoreError({ slot: "", reason: `it was not made by this ${device.name} backend` }))
          }
          const check = Effect.suspend(() => {
            const problem = checkSlots(program, other)
            return problem === undefined ? Effect.succeed(executable(other)) : Effect.fail(problem)
          })
          return turns.exclusively(check)
        }),
      run: (inputs = {}, options = {}) =>
        Effect.withFiber((fiber) =>
          isTraced(fiber)
            ? Effect.withSpan(
                Effect.suspend(() => attempt(inputs, options)),
                "residual.run",
                span
              )
            : attempt(inputs, options)
        ),
      profile: (inputs = {}, options = {}) =>
        Effect.withSpan(
          Effect.suspend(() => profile(inputs, options)),
          "residual.profile",
          span
        )
    }
  }
  return executable(undefined)
}

// Nobody sees the spans of Effect's own tracer, which keeps none; making one takes longer than a small step.
const isTraced = ({ cache: { tracer } }: Fiber.Fiber<unknown, unknown>): boolean =>
  tracer !== undefined && tracer !== Tracer.nativeTracer

const failed = (device: string, reason: string): ExecutionError =>
  new ExecutionError({ device, op: "program", operands: [], reason })
