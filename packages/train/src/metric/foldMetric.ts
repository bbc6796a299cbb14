import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { BatchResult, Metric } from "./metric.ts"
import { MetricError } from "./metricError.ts"

/**
 * The value of a metric over all results of a stream. Fails with the `MetricError` of a batch that the metric cannot
 * measure, and as the stream fails.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { foldMetric, meanAbsoluteError } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * const results = Stream.make(1, 3).pipe(
 *   Stream.map((error) => ({ outputs: { predictions: Tensor.make([error]) }, batch: { targets: Tensor.make([0]) } }))
 * )
 * Effect.runSync(foldMetric(meanAbsoluteError(), results)) // => 2
 * ```
 */
export const foldMetric = <State, A, E, R>(
  metric: Metric<State, A>,
  results: Stream.Stream<BatchResult, E, R>
): Effect.Effect<A, MetricError | E, R> =>
  Stream.runFoldEffect(
    results,
    () => metric.initial,
    (state, result) => addResult(metric, state, result)
  ).pipe(Effect.map(metric.value))

/** Adds a batch to a metric's state; what is no `MetricError` is a defect. */
export const addResult = <State, A>(
  metric: Metric<State, A>,
  state: State,
  result: BatchResult
): Effect.Effect<State, MetricError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(metric.add(state, result))
    } catch (error) {
      if (error instanceof MetricError) return Effect.fail(error)
      throw error
    }
  })
