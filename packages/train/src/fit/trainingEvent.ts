import * as Schema from "effect/Schema"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** A run begins: how many parameters it moves, how many steps it will make, and how many were made before. */
const Started = Schema.Struct({
  event: Schema.Literal("started"),
  parameters: Count,
  from: Count,
  steps: Count
})

/** A step was made: its number, counted from 1, what it measured, and how long it took. */
const Step = Schema.Struct({
  event: Schema.Literal("step"),
  step: Count,
  loss: Schema.Finite,
  gradientNorm: Schema.Finite,
  rate: Schema.Finite,
  /** Elements that the step learned to predict. */
  tokens: Count,
  seconds: Schema.Finite
})

/** The model was evaluated after so many steps: the loss over all of the held-out data. */
const Evaluated = Schema.Struct({
  event: Schema.Literal("evaluated"),
  step: Count,
  loss: Schema.Finite
})

/** The run has made all of its steps. */
const Finished = Schema.Struct({
  event: Schema.Literal("finished"),
  steps: Count,
  loss: Schema.Finite,
  seconds: Schema.Finite
})

/**
 * What a training run tells, in the order in which it happens: `started`, a `step` for each, `evaluated` now and then,
 * `finished`. As a schema, it reads and writes events as JSON.
 *
 * ```ts
 * import { TrainingEvent } from "@residual/train"
 * import { Schema } from "effect"
 * Schema.decodeUnknownSync(TrainingEvent)({ event: "evaluated", step: 10, loss: 1.5 }).event // => "evaluated"
 * ```
 */
export const TrainingEvent = Schema.Union([Started, Step, Evaluated, Finished])

export type TrainingEvent = typeof TrainingEvent.Type
