import * as Schema from "effect/Schema"
import { CheckpointHeader } from "./checkpointHeader.ts"

/** The member of a file's metadata that holds a checkpoint's header, as JSON. */
export const headerName = "residual"

/** A checkpoint's header as it is stored: with what is needed to read the tensors. */
export const StoredHeader = Schema.Struct({
  ...CheckpointHeader.fields,
  /** The tensors that are `f32` and were kept more exactly, which the file has as `F64`. */
  exact: Schema.Array(Schema.String),
  /** The SHA-256 of each tensor's bytes. */
  digests: Schema.Record(Schema.String, Schema.String)
})
