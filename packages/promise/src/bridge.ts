import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type { HttpClient } from "effect/http/HttpClient"
import * as Stream from "effect/Stream"
import type { Abortable } from "./abortable.ts"
import { makeLifetime } from "./lifetime.ts"

/** What an Effect of the library may need: to ask servers, which `fetch` does. */
export type BridgeServices = HttpClient

/**
 * What an Effect of the library comes to, as a Promise: of one that makes samples, say, or that reads what is at an address.
 * Rejects with the error that the Effect fails with, and with an `InterruptedError` where it interrupts itself.
 *
 * ```ts
 * import { toPromise } from "@residual/promise"
 * import { Bytes, Read, Samples } from "@residual/train"
 * const samples = await toPromise(Samples.fromArrays({ x: [1, 2, 3] }))
 * samples.count // => 3
 * const table = await toPromise(Read.table(Bytes.http("data:text/csv,x,y%0A1,2%0A")))
 * table.rows // => 1
 * ```
 */
export const toPromise = async <A, E>(
  effect: Effect.Effect<A, E, BridgeServices>,
  options: Abortable = {}
): Promise<A> => {
  const lifetime = makeLifetime("the Promise", Context.empty())
  try {
    return await lifetime.run(Effect.provide(effect, FetchHttpClient.layer), options)
  } finally {
    await lifetime.close()
  }
}

/**
 * The elements of a Stream of the library as an async iterable, which reads it anew for each loop. A loop that is left early
 * interrupts it. Throws the error that the Stream fails with.
 *
 * ```ts
 * import { toAsyncIterable } from "@residual/promise"
 * import { Bytes, Read } from "@residual/train"
 * const lines = toAsyncIterable(Read.lines(Bytes.of("two lines", "one\ntwo\n")))
 * const read: Array<string> = []
 * for await (const line of lines) read.push(line)
 * read // => ["one", "two"]
 * ```
 */
export const toAsyncIterable = <A, E>(
  stream: Stream.Stream<A, E, BridgeServices>,
  options: Abortable = {}
): AsyncIterable<A> =>
  makeLifetime("the iterable", Context.empty()).iterate(Stream.provide(stream, FetchHttpClient.layer), options)
