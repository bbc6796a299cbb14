import * as Schema from "effect/Schema"

const Word = Schema.Natural.check(Schema.isLessThan(2 ** 32))

/**
 * What a checkpoint says beside its tensors, as a schema. `position`, how many batches of its data the run had taken;
 * `run`, the state of `fit`; `device`, what the device's numbers depend on; `versions`, of the file's format, of the
 * library, and of what it ran on.
 *
 * ```ts
 * import { CheckpointHeader } from "@residual/train"
 * Object.keys(CheckpointHeader.fields).slice(0, 4) // => ["step", "updates", "key", "position"]
 * ```
 */
export const CheckpointHeader = Schema.Struct({
  /** How many steps were made. */
  step: Schema.Natural,
  /** How many times the parameters were moved: fewer than steps where some were skipped. */
  updates: Schema.Natural,
  /** What the steps' random draws derive from. */
  key: Schema.Tuple([Word, Word]),
  /** How many batches of its data the run had taken. */
  position: Schema.Natural,
  /** What else `fit` has to know to go on. */
  run: Schema.Json,
  /** What was trained, and how, in the terms of whoever trains. */
  configuration: Schema.Json,
  /** The characters that tokens stand for, where there are any. */
  vocabulary: Schema.optionalKey(Schema.Struct({ characters: Schema.Array(Schema.String) })),
  /** `Backend.identity` of the device that computed it. */
  device: Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])),
  versions: Schema.Struct({
    /** The version of the file's format. */
    format: Schema.Natural,
    /** The version of `@residual/train`. */
    residual: Schema.String,
    /** What the library ran on: Node and its version, or a browser's name for itself. */
    platform: Schema.String
  })
})

export type CheckpointHeader = typeof CheckpointHeader.Type
