import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { Abortable } from "./abortable.ts"
import { ClosedError } from "./closedError.ts"
import { InterruptedError } from "./interruptedError.ts"
import { type IterationIn, iteration } from "./iteration.ts"

/** A time in which Effects run as Promises, with services at hand; what they open is released at its end. */
export interface Lifetime<Services> {
  /** The value of an Effect; rejects with its very error. */
  readonly run: <A, E>(effect: Effect.Effect<A, E, Services | Scope.Scope>, options?: Abortable) => Promise<A>
  /** The elements of a Stream, anew each time; whoever leaves early interrupts it, also while one is awaited. */
  readonly iterate: <A, E>(stream: Stream.Stream<A, E, Services>, options?: Abortable) => AsyncIterable<A>
  /** One that ends with this one, or before. */
  readonly within: (what: string) => Lifetime<Services>
  /** Interrupts what runs, and releases all that was opened. */
  readonly close: () => Promise<void>
}

const isClosed = ({ state }: Scope.Closeable): boolean => state._tag === "Closed"

/** A lifetime of its own; `what` names it in errors. */
export const makeLifetime = <Services>(
  what: string,
  services: Context.Context<Services>,
  scope: Scope.Closeable = Scope.makeUnsafe()
): Lifetime<Services> => {
  const runIn: IterationIn<Services>["runIn"] = async (into, effect, { signal }) => {
    signal?.throwIfAborted()
    if (isClosed(into)) throw new ClosedError({ what })
    const exit = await Effect.runPromiseExitWith(services)(Scope.provide(effect, into), {
      ...(signal === undefined ? {} : { signal }),
      onFiberStart: Fiber.runIn(into)
    })
    if (Exit.isSuccess(exit)) return exit.value
    if (!Cause.hasInterruptsOnly(exit.cause)) throw Cause.squash(exit.cause)
    signal?.throwIfAborted()
    if (isClosed(into)) throw new ClosedError({ what })
    throw new InterruptedError({ what })
  }

  let closing: Promise<void> | undefined
  return {
    run: (effect, options = {}) => runIn(scope, effect, options),
    iterate: (stream, options = {}) => ({
      [Symbol.asyncIterator]: () => iteration({ scope, runIn }, stream, options)
    }),
    within: (what) => makeLifetime(what, services, Scope.forkUnsafe(scope)),
    close: () => {
      closing ??= Effect.runPromise(Scope.close(scope, Exit.void))
      return closing
    }
  }
}
