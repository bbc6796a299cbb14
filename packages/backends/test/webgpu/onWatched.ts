import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type Backend, type BackendError, type ProgramCache, Tensor } from "../../src/index.ts"
import { layer } from "../../src/webgpu/index.ts"
import { type Watched, type WatchedOptions, watchedDevice } from "./watchedDevice.ts"

type OnBackend<A, E> = Effect.Effect<A, E, Backend | ProgramCache | Scope.Scope>

/** Does something on a backend of its own, on a device that is watched. */
export const onDevice = <A, E>({ device }: Pick<Watched, "device">, effect: OnBackend<A, E>) =>
  Effect.scoped(effect).pipe(Effect.provide(layer({ device })))

/**
 * Does something on a backend of its own, and finds afterwards that everything on the device is released, that the device
 * itself is not, and that it refused nothing unnoticed.
 */
export const onWatched = <A, E>(effect: (watched: Watched) => OnBackend<A, E>, options: WatchedOptions = {}) =>
  Effect.gen(function* () {
    const watched = yield* Effect.promise(() => watchedDevice(options))
    const exit = yield* Effect.exit(onDevice(watched, effect(watched)))
    assert.deepStrictEqual(watched.labels(), [])
    assert.strictEqual(watched.querySets(), 0)
    assert.isFalse(watched.isDestroyed())
    // Errors that nobody asks about are told after a while.
    yield* Effect.promise(() => watched.real.queue.onSubmittedWorkDone())
    assert.deepStrictEqual(watched.uncaptured, [])
    return yield* exit
  })

/** The error that an effect fails with; one that succeeds ends the test. */
export const errorOf = <A, R>(effect: Effect.Effect<A, BackendError, R>): Effect.Effect<BackendError, never, R> =>
  Effect.flip(effect).pipe(Effect.orDie)

/** Tensors as nested arrays. */
export const arraysOf = (tensors: Readonly<Record<string, Tensor.Tensor>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, Tensor.toArray(tensor)]))

/** Waits until something is so; ends the test where that takes too long. */
export const until = (isSo: () => boolean): Effect.Effect<void> =>
  Effect.gen(function* () {
    const start = performance.now()
    while (!isSo()) {
      assert.isBelow(performance.now() - start, 20_000)
      yield* Effect.sleep(1)
    }
  })
