import { type BackendError, type Executable, Tensor } from "@residual/backends"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Batch, weightOf } from "../data/batch.ts"
import { feed } from "./feed.ts"

/**
 * The loss of an evaluation over batches: their mean, in which each counts as much as the weights of its rows, so that
 * it is the same however the rows are batched. It is 0 for no rows.
 *
 * ```ts
 * import type { BackendError, Executable } from "@residual/backends"
 * import { type Batch, evaluateLoss } from "@residual/train"
 * import type { Effect, Stream } from "effect"
 * const run: (
 *   evaluation: Executable,
 *   batches: Stream.Stream<Batch>
 * ) => Effect.Effect<number, BackendError> = evaluateLoss
 * ```
 */
export const evaluateLoss = <E, R>(
  evaluation: Executable,
  batches: Stream.Stream<Batch, E, R>
): Effect.Effect<number, BackendError | E, R> =>
  batches.pipe(
    Stream.mapEffect((batch) =>
      Effect.map(evaluation.run(feed(evaluation, batch)), ({ loss }) => ({
        loss: Tensor.toNumber(loss as Tensor.Tensor),
        weight: weightOf(batch)
      }))
    ),
    Stream.runFold(
      () => ({ loss: 0, weight: 0 }),
      (sum, next) => ({ loss: sum.loss + next.loss * next.weight, weight: sum.weight + next.weight })
    ),
    Effect.map(({ loss, weight }) => (weight === 0 ? 0 : loss / weight))
  )
