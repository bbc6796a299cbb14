import * as Schema from "effect/Schema"
import { optional, PositiveNumber, required, setting, Words } from "../setting.ts"

const Otlp = Schema.Struct({
  endpoint: required(
    Schema.String.check(
      Schema.isPattern(/^https?:\/\/[^\s/]+/i, { expected: "an address as in http://localhost:4318" })
    ),
    "Where the collector listens, without `/v1/traces`"
  ),
  service: setting(Words, "residual", "What the collector knows the run by: `service.name`"),
  interval: setting(PositiveNumber, 5, "Seconds after which spans and metrics are sent, each time")
})

/** What is written about a run. */
export const Report = Schema.Struct({
  tensorBoard: optional(Words, "A folder for TensorBoard's event files"),
  events: optional(
    Words,
    "A file for everything that the run tells, one JSON object a line; a run that goes on adds to it"
  ),
  curve: optional(
    Words,
    "An SVG file for the curves of the losses, which is drawn anew every few seconds; of a run that goes on, what `events` holds is a part"
  ),
  otlp: optional(
    Otlp,
    "A collector of OpenTelemetry (OTLP over HTTP, as JSON) for spans and metrics; one that cannot be reached stops no run"
  )
})
