import { Schema } from "effect"
import { Reply } from "./measuring/reply.ts"

/** What one process found of one case and one system in one round: a reply, or why there is none. */
export const Row = Schema.Struct({
  round: Schema.Int,
  case: Schema.String,
  system: Schema.String,
  host: Schema.optionalKey(Schema.String),
  threads: Schema.Int,
  own: Schema.Boolean,
  result: Schema.Union([
    Schema.Struct({ kind: Schema.Literal("measured"), reply: Reply }),
    Schema.Struct({ kind: Schema.Literal("failed"), reason: Schema.String })
  ])
})

export type Row = typeof Row.Type
