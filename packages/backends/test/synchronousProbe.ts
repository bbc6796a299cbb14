import { numberArithmetic } from "@residual/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { type BackendError, type Device, makeBackend, Tensor } from "../src/index.ts"
import { dataOf, tensorOf } from "../src/reference/hostData.ts"
import * as Reference from "../src/reference/index.ts"
import { step } from "./probe.ts"

/** What holds a slot's tensor, which a step replaces in it. */
interface Holder {
  tensor: Tensor.Tensor
}

/** A device that computes as the reference does, in synchronous steps; uploads can be made to wait. */
export const makeSynchronousProbe = Effect.sync(() => {
  const probe = {
    failure: undefined as BackendError | undefined,
    defect: undefined as Error | undefined,
    /** What an upload waits for. */
    gate: Effect.void,
    swaps: false,
    held: 0,
    binds: 0,
    runs: 0
  }
  const device: Device<Holder> = {
    name: "synchronous",
    limits: { bytes: 1000 },
    claims: new Set(),
    upload: (tensor) =>
      Effect.suspend(() => {
        probe.held++
        return Effect.as(probe.gate, { tensor })
      }),
    download: ({ tensor }) => Effect.succeed(tensor),
    release: () =>
      Effect.sync(() => {
        probe.held--
      }),
    load: (program) =>
      Effect.sync(() => {
        const run = Reference.loadProgram(program, numberArithmetic, "rounded")
        const elements = (tensors: Iterable<readonly [string, Tensor.Tensor]>) =>
          Object.fromEntries([...tensors].map(([name, tensor]) => [name, dataOf(tensor)]))
        return {
          kind: "synchronous",
          bind: (slots) => {
            probe.binds++
            return (inputs, asked) => {
              probe.runs++
              const held = [...slots].map(([name, { tensor }]) => [name, tensor] as const)
              const { outputs, updates } = run(elements(Object.entries(inputs)), elements(held))
              if (probe.defect !== undefined) throw probe.defect
              if (probe.failure !== undefined) return probe.failure
              const added = new Map<string, Holder>()
              for (const [name, value] of Object.entries(updates)) {
                const holder = slots.get(name)
                if (holder === undefined || probe.swaps) {
                  probe.held++
                  added.set(name, { tensor: tensorOf(value, "rounded") })
                } else holder.tensor = tensorOf(value, "rounded")
              }
              const moved = asked.map((name) => [name, tensorOf(outputs[name]!, "rounded")] as const)
              return { outputs: Object.fromEntries(moved), slots: added }
            }
          }
        }
      })
  }
  const backend = makeBackend(device)
  const bound = Effect.gen(function* () {
    const store = yield* backend.makeStore({ w: Tensor.make([1, 2]) })
    return { store, executable: yield* (yield* backend.load(step)).bind(store) }
  })
  /** Begins an operation that takes no bytes and ends with what it gives. */
  const occupy = Effect.gen(function* () {
    const gate = yield* Deferred.make<void>()
    probe.gate = Deferred.await(gate)
    const nothing = backend.makeStore({ nothing: Tensor.make([]) })
    yield* Effect.forkChild(Effect.ignore(Effect.scoped(nothing)), { startImmediately: true })
    probe.gate = Effect.void
    return Deferred.succeed(gate, undefined)
  })
  return { probe, backend, bound, occupy }
})
