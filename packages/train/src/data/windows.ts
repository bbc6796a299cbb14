import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Batch } from "./batch.ts"
import type { DataError } from "./dataError.ts"
import { type BatchOptions, checkFirst } from "./sampleOrder.ts"
import { segments, type WindowOptions, windows } from "./samples/fromTokens.ts"
import { orderedBatches } from "./samples/orderedBatches.ts"
import { shuffledBatches } from "./samples/shuffledBatches.ts"

/**
 * Batches of windows of a text in shuffled order, without end: `inputs` and `targets`, `i32[batch, context]`, targets one
 * token later, and `weights`, `f32[batch, context]`, all 1. Every window of the text comes once an epoch; the order is
 * decided by the key and the epoch's number, and batch `b` is the same wherever the stream starts.
 *
 * Fails with a `DataError` for a text that has no window. Throws a `SettingError` for a first batch that is no whole number
 * from 0.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { HostRandom } from "@residual/core"
 * import { shuffledWindows } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * const batches = shuffledWindows(Int32Array.of(5, 6, 7), { context: 2, batch: 1, key: HostRandom.keyFromSeed(0) })
 * const [first] = Effect.runSync(Stream.runCollect(Stream.take(batches, 1)))
 * Tensor.toArray(first!["targets"]!) // => [[6, 7]]
 * ```
 */
export const shuffledWindows = (
  tokens: Int32Array,
  options: WindowOptions & BatchOptions
): Stream.Stream<Batch, DataError> => {
  checkFirst("shuffledWindows", options)
  return Stream.unwrap(Effect.map(windows(tokens, options), (samples) => shuffledBatches(samples, options)))
}

/**
 * Batches that cover a text in order and once, for evaluation, as `shuffledWindows` gives them: `weights` are 1 for each
 * token to predict and 0 for padding, so that every batch has one shape. Fails with a `DataError` for a text that has no
 * window.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { orderedWindows } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * const batches = Effect.runSync(Stream.runCollect(orderedWindows(Int32Array.of(5, 6, 7, 8), { context: 2, batch: 2 })))
 * Tensor.toArray(batches[0]!["weights"]!) // => [[1, 1], [1, 0]]
 * ```
 */
export const orderedWindows = (
  tokens: Int32Array,
  options: WindowOptions & { readonly batch: number }
): Stream.Stream<Batch, DataError> =>
  Stream.unwrap(Effect.map(segments(tokens, options), (samples) => orderedBatches(samples, options)))
