import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

const gauge = Metric.gauge("residual_metric", {
  description: "The last value of a metric of held-out data, by its name"
})

/**
 * Hands values to Effect's metrics, from where they can be exported: each becomes that of the gauge `residual_metric`
 * whose attribute `name` is its name.
 *
 * ```ts
 * import { recordMetrics } from "@residual/train"
 * import { Effect, Metric } from "effect"
 * const recorded = Effect.andThen(recordMetrics({ accuracy: 0.98 }), Metric.snapshot)
 * const found = Effect.runSync(recorded).find(({ id }) => id === "residual_metric")
 * found?.attributes // => { name: "accuracy" }
 * ```
 */
export const recordMetrics = (values: Readonly<Record<string, number>>): Effect.Effect<void> =>
  Effect.forEach(
    Object.entries(values),
    ([name, value]) => Metric.update(Metric.withAttributes(gauge, { name }), value),
    { discard: true }
  )
