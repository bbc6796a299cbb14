import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Batch, floats, integers } from "./batch.ts"
import { DataError } from "./dataError.ts"
import { type BatchOptions, orderedSamples, shuffledSamples } from "./sampleOrder.ts"

/** The samples of a text: each run of `context` tokens, with the token that follows each of its tokens. */
export interface WindowOptions {
  readonly context: number
}

const checkLength = (tokens: Int32Array, context: number): Effect.Effect<void, DataError> =>
  tokens.length > context
    ? Effect.void
    : Effect.fail(
        new DataError({
          source: "the text",
          reason: `it has ${tokens.length} tokens, a context of ${context} needs at least ${context + 1}`
        })
      )

/**
 * Batches of windows of a text in shuffled order, without end: `inputs` and `targets`, `i32[batch, context]`, targets one
 * token later. Every window of the text comes once an epoch; the order is decided by the key and the epoch's number, and
 * batch `b` is the same wherever the stream starts.
 *
 * Fails with a `DataError` for a text that has no window.
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
): Stream.Stream<Batch, DataError> =>
  Stream.unwrap(
    Effect.as(
      checkLength(tokens, options.context),
      Stream.map(shuffledSamples(tokens.length - options.context, options), (starts) =>
        windowsAt(tokens, options.context, starts, options.batch)
      )
    )
  )

/**
 * Batches that cover a text in order and once, for evaluation: `inputs` and `targets` as in `shuffledWindows`, and
 * `weights`, `f32[batch, context]`, which are 1 for each token to predict and 0 for padding, so that every batch has one
 * shape. Fails with a `DataError` for a text that has no window.
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
  { context, batch }: WindowOptions & { readonly batch: number }
): Stream.Stream<Batch, DataError> =>
  Stream.unwrap(
    Effect.as(
      checkLength(tokens, context),
      Stream.map(orderedSamples(Math.ceil((tokens.length - 1) / context), batch), (windows) => {
        const starts = windows.map((window) => window * context)
        const weights = new Float32Array(batch * context)
        for (const [row, start] of starts.entries()) {
          const known = Math.min(context, tokens.length - 1 - start)
          weights.fill(1, row * context, row * context + known)
        }
        return { ...windowsAt(tokens, context, starts, batch), weights: floats([batch, context], weights) }
      })
    )
  )

/** The windows that begin at the given tokens; rows and tokens that there are none for are 0. */
const windowsAt = (tokens: Int32Array, context: number, starts: ReadonlyArray<number>, batch: number): Batch => {
  const inputs = new Int32Array(batch * context)
  const targets = new Int32Array(batch * context)
  for (const [row, start] of starts.entries()) {
    const known = Math.min(context, tokens.length - 1 - start)
    inputs.set(tokens.subarray(start, start + known), row * context)
    targets.set(tokens.subarray(start + 1, start + 1 + known), row * context)
  }
  return { inputs: integers([batch, context], inputs), targets: integers([batch, context], targets) }
}
