import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Batch } from "../batch.ts"
import type { DataError } from "../dataError.ts"
import { checkBatch, readBatch } from "./readBatch.ts"
import type { Samples } from "./samples.ts"

/**
 * Batches of samples in order and once, for evaluation: the columns by their names, and `weights`, `f32[batch]`, which
 * are 1. The last batch is filled up with rows of weight 0, so that every batch has one shape.
 *
 * Fails with a `DataError` where there are no samples, and as reading them fails.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { Samples } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * const batches = Effect.gen(function* () {
 *   const samples = yield* Samples.fromArrays({ x: [5, 6, 7] })
 *   return yield* Stream.runCollect(Samples.orderedBatches(samples, { batch: 2 }))
 * })
 * Effect.runSync(batches).map(({ weights }) => Tensor.toArray(weights!)) // => [[1, 1], [1, 0]]
 * ```
 */
export const orderedBatches = (
  samples: Samples,
  { batch }: { readonly batch: number }
): Stream.Stream<Batch, DataError> =>
  Stream.unwrap(
    Effect.as(
      checkBatch(samples, batch),
      Stream.unfold(0, (from) => {
        const known = Math.min(batch, samples.count - from)
        if (known <= 0) return Effect.undefined
        const chosen = Array.from({ length: known }, (_, row) => from + row)
        return Effect.map(readBatch(samples, chosen, batch), (read) => [read, from + batch] as const)
      })
    )
  )
