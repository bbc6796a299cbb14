import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { DataError } from "../dataError.ts"

/** How long a stream may take, and what it is called when it takes longer. */
export interface StallOptions {
  /** What the stream is called in errors. */
  readonly source: string
  /** How long the next element may take from when it is asked for. */
  readonly after: Duration.Input
  /** What the elements are: `"element"` by default. */
  readonly unit?: string
}

/** How long a stream that ends is waited for at most, until it has let go of what it held. */
const patience = Duration.seconds(1)

/**
 * A stream that fails with a `DataError` when it does not give an element in a given time: it says how long it waited, for
 * what, and after how many. Time counts only while an element is asked for, not while one is used. What a stalled stream
 * holds is let go in the background, so that one that cannot be interrupted keeps nobody waiting.
 *
 * ```ts
 * import { stalledAfter } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * const stalled = Stream.concat(Stream.make(1, 2), Stream.never)
 * const seen = Stream.runDrain(stalledAfter(stalled, { source: "sensor", after: "20 millis", unit: "row" }))
 * ;(await Effect.runPromise(Effect.flip(seen))).message // => "sensor, row 2: none came in 20ms: it has stalled"
 * ```
 */
export const stalledAfter = <A, E, R>(
  stream: Stream.Stream<A, E, R>,
  { source, after, unit = "element" }: StallOptions
): Stream.Stream<A, E | DataError, R> =>
  Stream.unwrap(
    Effect.gen(function* () {
      // The stream has a scope and, while it is asked, a fiber of its own, so that neither has to be waited for.
      const scope = yield* Scope.make()
      let asked: Fiber.Fiber<unknown, unknown> | undefined
      yield* Effect.addFinalizer(() =>
        Effect.gen(function* () {
          const interrupted = asked === undefined ? Effect.void : Fiber.interrupt(asked)
          const closing = yield* Effect.forkDetach(Effect.andThen(interrupted, Scope.close(scope, Exit.void)))
          yield* Effect.timeoutOption(Fiber.await(closing), patience)
        })
      )
      const pull = yield* Scope.provide(Stream.toPull(stream), scope)
      let count = 0
      const stalled = Effect.suspend(() => {
        const reason = `none came in ${Duration.format(Duration.fromInputUnsafe(after))}: it has stalled`
        return Effect.fail(new DataError({ source, at: `${unit} ${count}`, reason }))
      })
      const ask = Effect.uninterruptible(
        Effect.map(Effect.forkDetach(pull, { startImmediately: true }), (fiber) => {
          asked = fiber
          return fiber
        })
      )
      const timed = Effect.gen(function* () {
        const fiber = yield* ask
        const elements = yield* Effect.timeoutOrElse(Fiber.join(fiber), { duration: after, orElse: () => stalled })
        count += elements.length
        return elements
      })
      return Stream.fromPull(Effect.succeed(timed))
    })
  )
