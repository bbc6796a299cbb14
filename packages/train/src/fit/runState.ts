import * as Schema from "effect/Schema"
import { LossScale } from "./lossScale.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * Where a training run is, beside what its Store holds: plain data, which a checkpoint keeps. `step` counts steps that
 * were made or skipped, `updates` those that moved the parameters, `batches` what was read of the data.
 *
 * ```ts
 * import { RunState } from "@residual/train"
 * import { Schema } from "effect"
 * const state = { step: 3, updates: 3, batches: 6, skipped: 0, sinceBest: 0, seconds: 0.5 }
 * Schema.decodeUnknownSync(RunState)(state).batches // => 6
 * ```
 */
export const RunState = Schema.Struct({
  step: Count,
  updates: Count,
  batches: Count,
  /** How many steps, one after the other up to this one, were skipped. */
  skipped: Count,
  /** What the steps took together. */
  seconds: Schema.Finite,
  /** The loss of the last step that was taken. */
  loss: Schema.optionalKey(Schema.Finite),
  lossScale: Schema.optionalKey(LossScale),
  /** The state of a rate that depends on losses. */
  rate: Schema.optionalKey(Schema.Json),
  /** The lowest loss on held-out data, and how many evaluations have come since. */
  best: Schema.optionalKey(Schema.Struct({ step: Count, loss: Schema.Finite })),
  sinceBest: Count,
  /** The last step that was followed by an evaluation. */
  evaluated: Schema.optionalKey(Count)
})

export type RunState = typeof RunState.Type

/** A run that has not begun. */
export const noSteps: RunState = { step: 0, updates: 0, batches: 0, skipped: 0, sinceBest: 0, seconds: 0 }
