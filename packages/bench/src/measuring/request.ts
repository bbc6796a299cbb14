import { Schema } from "effect"
import { SamplingPlan } from "./samplingPlan.ts"

/** What a child process is asked to measure; it is the child's only argument, as JSON. */
export const Request = Schema.Struct({
  case: Schema.String,
  threads: Schema.Int.check(Schema.isGreaterThan(0)),
  plan: SamplingPlan,
  /** Which of the system's backends computes, where it has several. */
  backend: Schema.optionalKey(Schema.String),
  /** Choices of the cpu backend's, its own by default. */
  relaxedSimd: Schema.optionalKey(Schema.Boolean),
  fast: Schema.optionalKey(Schema.Boolean),
  /** The folder that the system's packages are installed in, where they are none of this repository's. */
  packages: Schema.optionalKey(Schema.String)
})

export type Request = typeof Request.Type
