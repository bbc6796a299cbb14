import * as Schema from "effect/Schema"
import { BackendName, ModelName } from "./names.ts"

/** What the page asks of its worker. A run that starts ends the one before it; its number comes back in every report. */
export const Request = Schema.TaggedUnion({
  Start: { run: Schema.Natural, model: ModelName, backend: BackendName },
  Stop: {}
})

export type Request = typeof Request.Type
