import { input, op, slot } from "@residual/core"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { type BackendError, type Device, DeviceLost, makeBackend, Tensor } from "../src/index.ts"
import * as Reference from "../src/reference/index.ts"
import { naiveProgram } from "./naiveProgram.ts"

/** Two numbers that a run is given. */
export const x = input("x", [2])
/** Two numbers that a Store holds. */
export const w = slot("w", [2])

/** y = w · x, and w becomes w + x. */
export const step = naiveProgram({ outputs: { y: op.mul(w, x), sum: op.sum(x) }, updates: { w: op.add(w, x) } })

/** A run of ones. */
export const ones = { x: Tensor.make([1, 1]) }

/** The error that an effect fails with; one that succeeds ends the test. */
export const errorOf = <A, R>(effect: Effect.Effect<A, BackendError, R>): Effect.Effect<BackendError, never, R> =>
  Effect.flip(effect).pipe(Effect.orDie)

/** A reference device whose steps can be made to fail, to wait, and to count. */
export const makeProbe = Effect.gen(function* () {
  const entered = yield* Deferred.make<void>()
  const release = yield* Deferred.make<void>()
  const probe = { failure: undefined as BackendError | undefined, waits: false, failUploads: false, held: 0 }
  const reference = Reference.referenceDevice({ bytes: 1000 })
  const device: Device<Tensor.Tensor> = {
    ...reference,
    upload: (tensor) =>
      Effect.suspend(() => {
        if (probe.failUploads) return Effect.fail(new DeviceLost({ device: "probe", reason: "unplugged" }))
        probe.held++
        return Effect.succeed(tensor)
      }),
    release: () =>
      Effect.sync(() => {
        probe.held--
      }),
    load: (program) =>
      Effect.map(reference.load(program), (loaded) => ({
        kind: "asynchronous",
        bind: (slots) => {
          const run = (loaded as Extract<typeof loaded, { readonly kind: "asynchronous" }>).bind(slots)
          return (inputs, outputs) =>
            Effect.gen(function* () {
              if (probe.waits) {
                yield* Deferred.succeed(entered, undefined)
                yield* Deferred.await(release)
              }
              const result = yield* run(inputs, outputs)
              if (probe.failure !== undefined) return yield* Effect.fail(probe.failure)
              probe.held += result.slots.size
              return result
            })
        }
      }))
  }
  const backend = makeBackend(device)
  const store = (values: ReadonlyArray<number>) => backend.makeStore({ w: Tensor.make(values) })
  const bound = Effect.gen(function* () {
    const held = yield* store([1, 2])
    return { store: held, executable: yield* (yield* backend.load(step)).bind(held) }
  })
  return { probe, backend, bound, store, entered, release }
})
