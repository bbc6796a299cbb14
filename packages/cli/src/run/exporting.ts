import * as Duration from "effect/Duration"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as OtlpMetrics from "effect/observability/OtlpMetrics"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as OtlpTracer from "effect/observability/OtlpTracer"
import manifest from "../../package.json" with { type: "json" }
import type { Configuration } from "../configuration/configuration.ts"

type Collector = NonNullable<Configuration["report"]["otlp"]>

/** How long the end of a run waits for a collector to take what is left. */
const shutdownTimeout = Duration.seconds(2)

/** Sends spans and metrics to a collector, and what is left of them at the end. */
export const exportingTo = ({ endpoint, service, interval }: Collector): Layer.Layer<never> => {
  const resource = { serviceName: service, serviceVersion: manifest.version }
  const to = (signal: string) => ({
    url: `${endpoint.replace(/\/+$/, "")}/v1/${signal}`,
    resource,
    exportInterval: interval * 1000,
    shutdownTimeout
  })
  return Layer.mergeAll(OtlpTracer.layer(to("traces")), OtlpMetrics.layer(to("metrics"))).pipe(
    Layer.provide(OtlpSerialization.layerJson),
    Layer.provide(FetchHttpClient.layer)
  )
}
