import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Batch } from "../batch.ts"
import { DataError } from "../dataError.ts"
import { type BatchOptions, checkFirst, sampleAt } from "../sampleOrder.ts"
import { checkBatch, readBatch } from "./readBatch.ts"
import type { Samples } from "./samples.ts"

/** How shuffled samples become batches. */
export interface ShuffleOptions extends BatchOptions {
  /**
   * What becomes of the samples at the end of an epoch that do not fill a batch: they begin one that the next epoch
   * fills (`"across"`, the default), have one that is filled up with rows of weight 0 (`"pad"`), or are left out of this
   * epoch (`"drop"`).
   */
  readonly last?: "across" | "pad" | "drop"
}

/** Which samples each batch has, by its number. */
const chooser = (count: number, { batch, key, last = "across" }: ShuffleOptions) => {
  const perEpoch = last === "pad" ? Math.ceil(count / batch) : Math.floor(count / batch)
  return (number: number): ReadonlyArray<number> => {
    const within = number % perEpoch
    const first = last === "across" ? number * batch : Math.floor(number / perEpoch) * count + within * batch
    const known = last === "pad" ? Math.min(batch, count - within * batch) : batch
    return Array.from({ length: known }, (_, row) => sampleAt(key, count, first + row))
  }
}

/**
 * Batches of samples in shuffled order, without end: the columns by their names, and `weights`, `f32[batch]`, which are 1
 * but for padding. Every sample comes once an epoch, in an order that the key and the epoch's number decide and that is
 * never written down; batch `b` is the same wherever the stream starts.
 *
 * Fails with a `DataError` where there are no samples, or fewer than a batch that is not to be padded and not to reach
 * across epochs; and as reading them fails. Throws a `SettingError` for a first batch that is no whole number from 0.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { HostRandom } from "@residual/core"
 * import { Samples } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * const batches = Effect.gen(function* () {
 *   const samples = yield* Samples.fromArrays({ x: [5, 6, 7] })
 *   const options = { batch: 2, key: HostRandom.keyFromSeed(0), last: "pad" } as const
 *   return yield* Stream.runCollect(Stream.take(Samples.shuffledBatches(samples, options), 4))
 * })
 * Effect.runSync(batches).map(({ weights }) => Tensor.toArray(weights!)) // => [[1, 1], [1, 0], [1, 1], [1, 0]]
 * ```
 */
export const shuffledBatches = (samples: Samples, options: ShuffleOptions): Stream.Stream<Batch, DataError> => {
  const { source, count } = samples
  const { batch, from = 0, last } = options
  checkFirst("Samples.shuffledBatches", options)
  const checked = Effect.andThen(
    checkBatch(samples, batch),
    last === "drop" && count < batch
      ? Effect.fail(new DataError({ source, reason: `it has ${count} samples, fewer than a batch of ${batch}` }))
      : Effect.void
  )
  const choose = chooser(count, options)
  return Stream.unwrap(
    Effect.as(
      checked,
      Stream.unfold(from, (number) =>
        Effect.map(readBatch(samples, choose(number), batch), (read) => [read, number + 1] as const)
      )
    )
  )
}
