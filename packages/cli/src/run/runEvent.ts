import { TrainingEvent } from "@residual/train"
import * as Schema from "effect/Schema"

/** A run goes on from a checkpoint; what is different from the device that wrote it changes the last digits of numbers. */
const Resumed = Schema.Struct({
  event: Schema.Literal("resumed"),
  path: Schema.String,
  step: Schema.Int,
  differences: Schema.Array(Schema.String),
  /** What is wrong with later checkpoints, which were passed over. */
  damaged: Schema.Array(Schema.String)
})

/** What was written at the end. */
const Generated = Schema.Struct({ event: Schema.Literal("generated"), text: Schema.String })

/** The run was told to stop: after which step, and where what it has learned is saved. */
const Interrupted = Schema.Struct({
  event: Schema.Literal("interrupted"),
  step: Schema.Int,
  loss: Schema.NullOr(Schema.Finite),
  saved: Schema.NullOr(Schema.String)
})

/** What `residual train --json` and `residual resume --json` print, one a line. */
export const RunEvent = Schema.Union([...TrainingEvent.members, Resumed, Generated, Interrupted])

export type RunEvent = typeof RunEvent.Type

/** What is told where a run stops before its end. */
export type Interrupted = typeof Interrupted.Type

/** What is told where a run goes on. */
export type Resumed = typeof Resumed.Type
