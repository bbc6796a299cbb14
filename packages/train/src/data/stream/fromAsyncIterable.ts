import * as Stream from "effect/Stream"
import { DataError } from "../dataError.ts"

/**
 * What an async iterable gives (a generator's elements, the rows of a database's cursor, a Web stream) as a stream, with a
 * name for errors. It is asked for an element when one is needed, and told when no more are.
 *
 * Fails with a `DataError` that tells which element, counted from 0, could not be had, and why. One that the iterable
 * throws itself is handed on as it is.
 *
 * ```ts
 * import { fromAsyncIterable } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * const rows = async function* () {
 *   yield { x: 1 }
 *   throw new Error("the connection is closed")
 * }
 * const all = Effect.flip(Stream.runCollect(fromAsyncIterable("measurements", rows())))
 * ;(await Effect.runPromise(all)).message // => "measurements, element 1: the connection is closed"
 * ```
 */
export const fromAsyncIterable = <A>(source: string, iterable: AsyncIterable<A>): Stream.Stream<A, DataError> =>
  Stream.suspend(() => {
    let count = 0
    return Stream.fromAsyncIterable(iterable, (cause) => {
      if (cause instanceof DataError) return cause
      return new DataError({
        source,
        at: `element ${count}`,
        reason: cause instanceof Error ? cause.message : `${cause}`
      })
    }).pipe(
      Stream.map((element) => {
        count++
        return element
      })
    )
  })
