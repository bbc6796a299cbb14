import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Abortable } from "./abortable.ts"
import { ClosedError } from "./closedError.ts"

/** A time in which Effects run as Promises, with services at hand; what they open is released at its end. */
export interface Lifetime<Services> {
  /** The value of an Effect; rejects with its very error. */
  readonly run: <A, E>(effect: Effect.Effect<A, E, Services | Scope.Scope>, options?: Abortable) => Promise<A>
  /** The elements of a Stream, anew each time; whoever leaves early interrupts it. */
  readonly iterate: <A, E>(stream: Stream.Stream<A, E, Services>, options?: Abortable) => AsyncIterable<A>
  /** One that ends with this one, or before. */
  readonly within: (what: string) => Lifetime<Services>
  /** Interrupts what runs, and releases all that was opened. */
  readonly close: () => Promise<void>
}

/** A lifetime of its own; `what` names it in errors. */
export const makeLifetime = <Services>(
  what: string,
  services: Context.Context<Services>,
  scope: Scope.Closeable = Scope.makeUnsafe()
): Lifetime<Services> => {
  const run: Lifetime<Services>["run"] = async (effect, { signal } = {}) => {
    signal?.throwIfAborted()
    if (scope.state._tag === "Closed") throw new ClosedError({ what })
    const exit = await Effect.runPromiseExitWith(services)(Scope.provide(effect, scope), {
      ...(signal === undefined ? {} : { signal }),
      onFiberStart: Fiber.runIn(scope)
    })
    if (Exit.isSuccess(exit)) return exit.value
    if (!Cause.hasInterruptsOnly(exit.cause)) throw Cause.squash(exit.cause)
    signal?.throwIfAborted()
    throw new ClosedError({ what })
  }

  async function* elements<A, E>(stream: Stream.Stream<A, E, Services>, options: Abortable): AsyncGenerator<A> {
    const own = Scope.forkUnsafe(scope)
    // Unless it ends by itself: whoever leaves or aborts interrupts it.
    let exit: Exit.Exit<unknown, unknown> = Exit.interrupt()
    try {
      const pull = await run(Scope.provide(Stream.toPull(stream), own), options)
      const next = Pull.matchEffect(pull, {
        onSuccess: Effect.succeed,
        onFailure: Effect.failCause,
        onDone: () => Effect.succeed(undefined)
      })
      for (let some = await run(next, options); some !== undefined; some = await run(next, options)) yield* some
      exit = Exit.void
    } catch (error) {
      if (options.signal?.aborted !== true) exit = Exit.fail(error)
      throw error
    } finally {
      await Effect.runPromise(Scope.close(own, exit))
    }
  }

  let closing: Promise<void> | undefined
  return {
    run,
    iterate: (stream, options = {}) => ({ [Symbol.asyncIterator]: () => elements(stream, options) }),
    within: (what) => makeLifetime(what, services, Scope.forkUnsafe(scope)),
    close: () => {
      closing ??= Effect.runPromise(Scope.close(scope, Exit.void))
      return closing
    }
  }
}
