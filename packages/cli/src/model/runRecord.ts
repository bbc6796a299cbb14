import { type Checkpoint, CheckpointError } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Configuration } from "../configuration/configuration.ts"
import { Knowledge } from "../task/knowledge.ts"

/** What a run's checkpoints say of it, so that it can go on, and its model be used, with nothing else at hand. */
export const RunRecord = Schema.Struct({
  configuration: Configuration,
  /** What reading the data has decided. */
  knowledge: Knowledge,
  /** What tells whether other data are the same. */
  fingerprint: Schema.String
})

export type RunRecord = typeof RunRecord.Type

/** A record as the JSON of a checkpoint's header. */
export const encodeRecord: (record: RunRecord) => Schema.Json = Schema.encodeSync(RunRecord) as (
  record: RunRecord
) => Schema.Json

/** The record in a checkpoint's header. Fails where there is none: the checkpoint is of another program. */
export const recordOf = (
  path: string,
  { configuration }: Checkpoint["header"]
): Effect.Effect<RunRecord, CheckpointError> =>
  Effect.mapError(
    Schema.decodeUnknownEffect(RunRecord)(configuration),
    ({ message }) =>
      new CheckpointError({
        path,
        reason: `it is of no run of this command's: ${message.replaceAll(/\s*\n\s*/g, " ")}`
      })
  )
