import { type Batch, DataError } from "@residual/train"
import * as Stream from "effect/Stream"

/**
 * Where batches come from: an iterable or an async one, a function that gives one, or one of the Streams that
 * `@residual/train` makes of samples.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import type { Batches } from "@residual/promise"
 * const batches: Batches = async function* () {
 *   for (const x of [1, 2, 3]) yield { x: Tensor.make([x]) }
 * }
 * typeof batches // => "function"
 * ```
 */
export type Batches =
  | Stream.Stream<Batch, unknown>
  | AsyncIterable<Batch>
  | Iterable<Batch>
  | (() => AsyncIterable<Batch> | Iterable<Batch>)

/** Batches as a Stream, which fails with what they throw. */
export const streamOf = (batches: Batches): Stream.Stream<Batch, unknown> => {
  if (Stream.isStream(batches)) return batches
  return Stream.suspend(() => {
    const given = typeof batches === "function" ? batches() : batches
    return Symbol.asyncIterator in given
      ? Stream.fromAsyncIterable(given, (thrown) => thrown)
      : Stream.fromAsyncIterable(asynchronous(given), (thrown) => thrown)
  })
}

/** Batches that are read more than once, which an iterator is not. */
export const rereadable = (batches: Batches): Stream.Stream<Batch, unknown> =>
  isIterator(batches)
    ? Stream.fail(
        new DataError({
          source: "the held-out batches",
          reason: "an iterator is read once only: give an iterable, or a function that gives one"
        })
      )
    : streamOf(batches)

const isIterator = (batches: Batches): boolean =>
  typeof batches === "object" && "next" in batches && typeof batches.next === "function"

async function* asynchronous(given: Iterable<Batch>): AsyncGenerator<Batch> {
  yield* given
}
