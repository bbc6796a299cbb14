import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Abortable } from "./abortable.ts"

/** What runs Effects in a Scope, with what a Stream needs. */
export interface IterationIn<R> {
  /** The Scope that the iteration is in. */
  readonly scope: Scope.Scope
  /** Runs an Effect in a Scope within that one; rejects where the Scope is closed, also meanwhile. */
  readonly runIn: <A, E>(
    scope: Scope.Closeable,
    effect: Effect.Effect<A, E, R | Scope.Scope>,
    options: Abortable
  ) => Promise<A>
}

const done = { done: true, value: undefined } as const

/**
 * An iteration through a Stream. An async generator would let who leaves wait for the element that was asked for last; here
 * that one is interrupted, what the Stream opened is released, and there are no more elements.
 */
export const iteration = <A, E, R>(
  { scope, runIn }: IterationIn<R>,
  stream: Stream.Stream<A, E, R>,
  options: Abortable
): AsyncIterator<A, undefined> => {
  let [own, pull]: [Scope.Closeable?, Effect.Effect<ReadonlyArray<A> | undefined, E, R>?] = []
  let [elements, at]: [ReadonlyArray<A>, number] = [[], 0]
  let [ended, released]: [boolean, Promise<void>] = [false, Promise.resolve()]
  let last: Promise<unknown> = Promise.resolve()

  const end = (exit: Exit.Exit<unknown, unknown>): Promise<void> => {
    if (!ended && own !== undefined) released = Effect.runPromise(Scope.close(own, exit))
    ended = true
    return released
  }
  const open = async (into: Scope.Closeable) => {
    const opened = await runIn(into, Scope.provide(Stream.toPull(stream), into), options)
    return Pull.matchEffect(opened, {
      onSuccess: Effect.succeed,
      onFailure: Effect.failCause,
      onDone: () => Effect.succeed(undefined)
    })
  }
  const advance = async (): Promise<IteratorResult<A, undefined>> => {
    if (ended) return done
    if (at === elements.length) {
      try {
        own ??= Scope.forkUnsafe(scope)
        pull ??= await open(own)
        const some = await runIn(own, pull, options)
        if (some === undefined) await end(Exit.void)
        ;[elements, at] = [some ?? [], 0]
      } catch (error) {
        // It was left meanwhile, which is why.
        if (ended) return done
        await end(options.signal?.aborted === true ? Exit.interrupt() : Exit.fail(error))
        throw error
      }
    }
    return ended ? done : { done: false, value: elements[at++] as A }
  }
  return {
    next: () => {
      const next = last.then(advance, advance)
      last = next
      return next
    },
    return: async () => {
      await end(Exit.interrupt())
      return done
    }
  }
}
