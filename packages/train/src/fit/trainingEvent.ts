import * as Schema from "effect/Schema"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** A run begins: how many parameters it moves, how many steps it will make, and how many were made before. */
const Started = Schema.Struct({
  event: Schema.Literal("started"),
  parameters: Count,
  from: Count,
  steps: Count
})

/** A step was made: its number, counted from 1, what it measured, and how many seconds it took. */
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

/** A step was not taken, since its loss or its gradients are not finite; `null` stands for a number that is not. */
const Skipped = Schema.Struct({
  event: Schema.Literal("skipped"),
  step: Count,
  loss: Schema.NullOr(Schema.Finite),
  gradientNorm: Schema.NullOr(Schema.Finite),
  rate: Schema.Finite,
  /** What the loss is multiplied by from now on, where it is scaled. */
  lossScale: Schema.optionalKey(Schema.Finite),
  seconds: Schema.Finite
})

/**
 * The model was evaluated after so many steps: the loss over all of the held-out data, metrics by name, whether no loss
 * before was lower, and how many evaluations have come since the lowest.
 */
const Evaluated = Schema.Struct({
  event: Schema.Literal("evaluated"),
  step: Count,
  loss: Schema.NullOr(Schema.Finite),
  metrics: Schema.Record(Schema.String, Schema.Json),
  best: Schema.Boolean,
  sinceBest: Count,
  seconds: Schema.Finite
})

/** A checkpoint was written: where, and whether it is of the lowest loss on held-out data. */
const Saved = Schema.Struct({
  event: Schema.Literal("saved"),
  step: Count,
  path: Schema.String,
  best: Schema.Boolean,
  seconds: Schema.Finite
})

/** The run is over: it has made all of its steps, its data have ended, or it has stopped getting better. */
const Finished = Schema.Struct({
  event: Schema.Literal("finished"),
  steps: Count,
  loss: Schema.NullOr(Schema.Finite),
  seconds: Schema.Finite,
  reason: Schema.Literals(["steps", "data", "patience"])
})

/**
 * What a training run tells, in the order in which it happens: `started`; a `step` for each, or `skipped`; `evaluated` and
 * `saved` now and then; `finished`. As a schema, it reads and writes events as JSON.
 *
 * ```ts
 * import { TrainingEvent } from "@residual/train"
 * import { Schema } from "effect"
 * const saved = { event: "saved", step: 10, path: "run/step-10.safetensors", best: false, seconds: 0.01 }
 * Schema.decodeUnknownSync(TrainingEvent)(saved).event // => "saved"
 * ```
 */
export const TrainingEvent = Schema.Union([Started, Step, Skipped, Evaluated, Saved, Finished])

export type TrainingEvent = typeof TrainingEvent.Type

/** A training event of one kind. */
export type EventOf<Kind extends TrainingEvent["event"]> = Extract<TrainingEvent, { readonly event: Kind }>
