import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Abortable } from "./abortable.ts"
import { makeLifetime } from "./lifetime.ts"

/**
 * What an Effect of the library comes to, as a Promise: of one that needs no service, such as those that make samples.
 * Rejects with the error that the Effect fails with.
 *
 * ```ts
 * import { toPromise } from "@residual/promise"
 * import { Samples } from "@residual/train"
 * const samples = await toPromise(Samples.fromArrays({ x: [1, 2, 3] }))
 * samples.count // => 3
 * ```
 */
export const toPromise = async <A, E>(effect: Effect.Effect<A, E>, options: Abortable = {}): Promise<A> => {
  const lifetime = makeLifetime("the Promise", Context.empty())
  try {
    return await lifetime.run(effect, options)
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
export const toAsyncIterable = <A, E>(stream: Stream.Stream<A, E>, options: Abortable = {}): AsyncIterable<A> =>
  makeLifetime("the iterable", Context.empty()).iterate(stream, options)
