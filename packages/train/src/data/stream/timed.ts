import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** A stream did not give what it was asked for in time. */
export interface Stalled {
  readonly _tag: "Stalled"
  /** How long that was, in words. */
  readonly waited: string
}

/** How long a stream that ends is waited for at most, until it has let go of what it held. */
const patience = Duration.seconds(1)

/**
 * A stream that fails when it does not give anything in a given time from when it is asked. It has a scope and, while it is
 * asked, a fiber of its own, so that nobody has to wait for one that cannot be interrupted.
 */
export const timed = <A, E, R>(
  stream: Stream.Stream<A, E, R>,
  duration: Duration.Duration
): Stream.Stream<A, E | Stalled, R> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const stalled: Stalled = { _tag: "Stalled", waited: Duration.format(duration) }
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
      const ask = Effect.uninterruptible(
        Effect.map(Effect.forkDetach(pull, { startImmediately: true }), (fiber) => {
          asked = fiber
          return fiber
        })
      )
      const answer = Effect.flatMap(ask, (fiber) =>
        Effect.timeoutOrElse(Fiber.join(fiber), { duration, orElse: () => Effect.fail(stalled) })
      )
      return Stream.fromPull(Effect.succeed(answer))
    })
  )
