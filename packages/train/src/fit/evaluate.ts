import { type BackendError, type Executable, Tensor } from "@residual/backends"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Batch, weightOf } from "../data/batch.ts"
import type { BatchResult, Metric } from "../metric/metric.ts"
import { outputName } from "../step/evaluationStep.ts"
import { feed } from "./feed.ts"

/**
 * A metric, whatever state it keeps: what a run is given, which hands each metric the state that it made itself.
 *
 * ```ts
 * import { accuracy, type AnyMetric, confusionMatrix } from "@residual/train"
 * const metrics: ReadonlyArray<AnyMetric> = [accuracy(), confusionMatrix({ classes: 10 })]
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: the erasure of a metric's state, which only it reads
export type AnyMetric = Metric<any, Schema.Json>

/** What an evaluation comes to: the loss, and metrics by name. */
export interface Evaluation {
  readonly loss: number
  readonly metrics: Readonly<Record<string, Schema.Json>>
}

/**
 * An evaluation over batches: the mean of their losses, in which each counts as much as the weights of its rows, so that
 * it is the same however the rows are batched, and metrics over all rows. The loss is 0 for no rows.
 *
 * ```ts
 * import type { BackendError, Executable } from "@residual/backends"
 * import { type Batch, type Evaluation, evaluate } from "@residual/train"
 * import type { Effect, Stream } from "effect"
 * const run: (
 *   evaluation: Executable,
 *   batches: Stream.Stream<Batch>
 * ) => Effect.Effect<Evaluation, BackendError> = evaluate
 * ```
 */
export const evaluate = <E, R>(
  evaluation: Executable,
  batches: Stream.Stream<Batch, E, R>,
  metrics: ReadonlyArray<AnyMetric> = []
): Effect.Effect<Evaluation, BackendError | E, R> =>
  batches.pipe(
    Stream.mapEffect((batch) =>
      Effect.map(evaluation.run(feed(evaluation, batch), { outputs: outputsFor(metrics) }), (outputs) => ({
        outputs,
        batch
      }))
    ),
    Stream.runFold(
      () => ({ loss: 0, weight: 0, states: metrics.map(({ initial }) => initial) }),
      (sum, { outputs, batch }) => {
        const weight = weightOf(batch)
        const loss = Tensor.toNumber(outputs["loss"] as Tensor.Tensor)
        const result: BatchResult = { outputs: withoutPrefix(outputs), batch }
        return {
          loss: sum.loss + loss * weight,
          weight: sum.weight + weight,
          states: metrics.map(({ add }, at) => add(sum.states[at], result))
        }
      }
    ),
    Effect.map(({ loss, weight, states }) => ({
      loss: weight === 0 ? 0 : loss / weight,
      metrics: Object.fromEntries(metrics.map(({ name, value }, at) => [name, value(states[at])]))
    }))
  )

const prefix = outputName("")

/** What is moved back of an evaluation: predictions only where something is made of them. */
const outputsFor = (metrics: ReadonlyArray<AnyMetric>): "all" | ReadonlyArray<string> =>
  metrics.length === 0 ? ["loss"] : "all"

const withoutPrefix = (outputs: Readonly<Record<string, Tensor.Tensor>>): BatchResult["outputs"] =>
  Object.fromEntries(
    Object.entries(outputs)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value])
  )
