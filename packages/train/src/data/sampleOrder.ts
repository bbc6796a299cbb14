import { HostRandom } from "@residual/core"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/**
 * Which of `count` samples stands at a position of an endless sequence of epochs. Each epoch visits every sample once,
 * in an order of its own that only its number and the key decide; no order is ever written down.
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * import { sampleAt } from "@residual/train"
 * const key = HostRandom.keyFromSeed(0)
 * const second = [3, 4, 5].map((position) => sampleAt(key, 3, position))
 * second.toSorted() // => [0, 1, 2]
 * ```
 */
export const sampleAt = (key: HostRandom.HostKey, count: number, position: number): number =>
  HostRandom.shuffledIndex(HostRandom.foldIn(key, Math.floor(position / count)), count, position % count)

/** How samples become batches. */
export interface BatchOptions {
  /** Rows of a batch. */
  readonly batch: number
  readonly key: HostRandom.HostKey
  /** The first batch of the stream: 0 by default; a run that goes on gives the number of steps it has made. */
  readonly from?: number
}

/** The samples of each batch, without end: batch `b` takes positions `b·batch` and on, across the ends of epochs. */
export const shuffledSamples = (
  count: number,
  { batch, key, from = 0 }: BatchOptions
): Stream.Stream<ReadonlyArray<number>> =>
  Stream.unfold(from, (at) =>
    Effect.succeed([Array.from({ length: batch }, (_, row) => sampleAt(key, count, at * batch + row)), at + 1] as const)
  )

/** The samples of each batch in their own order, once; a last batch that lacks rows is as long as it is. */
export const orderedSamples = (count: number, batch: number): Stream.Stream<ReadonlyArray<number>> =>
  Stream.unfold(0, (from) =>
    Effect.succeed(
      from >= count
        ? undefined
        : ([Array.from({ length: Math.min(batch, count - from) }, (_, row) => from + row), from + batch] as const)
    )
  )
