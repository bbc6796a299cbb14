import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import { checkSettings, counting } from "../../setting/checkSettings.ts"

/**
 * A stream that is read ahead: while what it gave last is being used, the next `ahead` elements are made, and no more until
 * one of them is taken. It is worth it for streams that wait (for a disk, a network, workers), since a step's arithmetic
 * leaves no room for other work on its own thread. Throws a `SettingError` unless at least one is read ahead.
 *
 * ```ts
 * import { prefetch } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * Effect.runSync(Stream.runCollect(prefetch(Stream.range(1, 3), { ahead: 2 }))) // => [1, 2, 3]
 * ```
 */
export const prefetch = <A, E, R>(
  stream: Stream.Stream<A, E, R>,
  { ahead }: { readonly ahead: number }
): Stream.Stream<A, E, R> => {
  checkSettings("prefetch", { ahead: [counting, ahead] })
  return Stream.unwrap(
    Effect.gen(function* () {
      const pull = yield* Stream.toPull(Stream.rechunk(stream, 1))
      const made = yield* Queue.unbounded<A, E | Cause.Done>()
      // One for each element that may be made before another is taken.
      const places = yield* Semaphore.make(ahead)
      yield* Effect.addFinalizer(() => Queue.shutdown(made))
      yield* places.take(1).pipe(
        Effect.andThen(pull),
        Effect.flatMap((elements) => Queue.offerAll(made, elements)),
        Effect.forever({ disableYield: true }),
        Effect.onError((cause) => Queue.failCause(made, cause)),
        Effect.forkScoped
      )
      const take = Effect.flatMap(Queue.take(made), (element) => Effect.as(places.release(1), [element] as const))
      return Stream.fromPull(Effect.succeed(take))
    })
  )
}
