import { type BackendError, type Executable, Tensor } from "@residual/backends"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Batch, weightOf } from "../data/batch.ts"
import { DataError } from "../data/dataError.ts"
import { collectMetrics, type MetricOf } from "../metric/collectMetrics.ts"
import { addResult } from "../metric/foldMetric.ts"
import type { BatchResult } from "../metric/metric.ts"
import type { MetricError } from "../metric/metricError.ts"
import { outputName } from "../step/evaluationStep.ts"
import { feeder } from "./feed.ts"

/**
 * A metric, whatever state it keeps: what a run is given, which hands each metric the state that it made itself.
 *
 * ```ts
 * import { accuracy, type AnyMetric, confusionMatrix } from "@residual/train"
 * const metrics: ReadonlyArray<AnyMetric> = [accuracy(), confusionMatrix({ classes: 10 })]
 * ```
 */
export type AnyMetric = MetricOf<Schema.Json>

/** What an evaluation comes to: the loss, and metrics by name. */
export interface Evaluation {
  readonly loss: number
  readonly metrics: Readonly<Record<string, Schema.Json>>
}

/**
 * An evaluation over batches: the mean of their losses, in which each counts as much as its objective says, or else its rows
 * weigh, so that it is the same however the rows are batched; and metrics over all rows.
 *
 * Fails with a `DataError` where no row counts, with the `MetricError` of a batch that a metric cannot measure, with a
 * `BackendError`, and as the batches fail. Throws a `SettingError` for two metrics of one name.
 *
 * ```ts
 * import type { BackendError, Executable } from "@residual/backends"
 * import { type Batch, type DataError, type Evaluation, evaluate, type MetricError } from "@residual/train"
 * import type { Effect, Stream } from "effect"
 * const run: (
 *   evaluation: Executable,
 *   batches: Stream.Stream<Batch>
 * ) => Effect.Effect<Evaluation, BackendError | DataError | MetricError> = evaluate
 * ```
 */
export const evaluate = <E, R>(
  evaluation: Executable,
  batches: Stream.Stream<Batch, E, R>,
  metrics: ReadonlyArray<AnyMetric> = []
): Effect.Effect<Evaluation, BackendError | DataError | MetricError | E, R> => {
  const all = collectMetrics(metrics)
  const isWeighed = evaluation.program.outputs.some(({ name }) => name === "weight")
  const scalars = isWeighed ? ["loss", "weight"] : ["loss"]
  const inputs = feeder(evaluation)
  return Stream.runFoldEffect(
    batches,
    () => ({ loss: 0, weight: 0, measured: all.initial }),
    (sum, batch) =>
      Effect.gen(function* () {
        // A large model takes long for each batch: between them, whatever waits for its turn has it.
        yield* Effect.yieldNow
        // Predictions are moved back only where something is made of them.
        const outputs = yield* evaluation.run(inputs(batch), { outputs: metrics.length === 0 ? scalars : "all" })
        const weight = isWeighed ? numberOf(outputs, "weight") : weightOf(batch)
        const loss = weight === 0 ? 0 : numberOf(outputs, "loss") * weight
        const measured = yield* addResult(all, sum.measured, { outputs: withoutPrefix(outputs), batch })
        return { loss: sum.loss + loss, weight: sum.weight + weight, measured }
      })
  ).pipe(
    Effect.flatMap(({ loss, weight, measured }) =>
      weight === 0
        ? Effect.fail(new DataError({ source: "the batches of an evaluation", reason: "there is no row that counts" }))
        : Effect.succeed({ loss: loss / weight, metrics: all.value(measured) })
    )
  )
}

const numberOf = (outputs: Readonly<Record<string, Tensor.Tensor>>, name: string): number =>
  Tensor.toNumber(outputs[name] as Tensor.Tensor)

const prefix = outputName("")

const withoutPrefix = (outputs: Readonly<Record<string, Tensor.Tensor>>): BatchResult["outputs"] =>
  Object.fromEntries(
    Object.entries(outputs)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value])
  )
