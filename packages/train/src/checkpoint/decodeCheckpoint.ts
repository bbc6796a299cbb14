import { Tensor } from "@residual/backends"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Checkpoint } from "./checkpoint.ts"
import { CheckpointError } from "./checkpointError.ts"
import type { CheckpointHeader } from "./checkpointHeader.ts"
import { sha256 } from "./digest.ts"
import { type Entry, type ReadHeader, readHeader } from "./header.ts"
import { oneLine } from "./oneLine.ts"
import { readTensor } from "./safetensors.ts"
import { isSealed } from "./seal.ts"
import { bytesSource, type Source } from "./source.ts"
import { headerName, StoredHeader } from "./storedHeader.ts"
import { formatVersion } from "./versions.ts"

/**
 * Reads the bytes of a checkpoint's file; `path` only names it in errors.
 *
 * Fails with a `CheckpointError` for a file that is cut short or differs from what was written by as little as a bit, for
 * one that is no checkpoint (`decodeSafetensors` reads the tensors of any safetensors file), and for one of a later
 * version of the format.
 *
 * ```ts
 * import { decodeCheckpoint, encodeSafetensors } from "@residual/train"
 * import { Effect } from "effect"
 * const foreign = encodeSafetensors({ tensors: {}, metadata: { format: "pt" } })
 * const error = await Effect.runPromise(Effect.flip(decodeCheckpoint("model.safetensors", foreign)))
 * error.reason // => "a safetensors file, but no checkpoint: its metadata have no \"residual\""
 * ```
 */
export const decodeCheckpoint = (path: string, bytes: Uint8Array): Effect.Effect<Checkpoint, CheckpointError> =>
  checkpointFrom(bytesSource(path, bytes))

/** A header that holds, and what is needed to read the tensors. */
interface OpenedCheckpoint {
  readonly read: ReadHeader
  readonly stored: typeof StoredHeader.Type
}

/** What every version of the format has in its header. */
const Versioned = Schema.fromJsonString(Schema.Struct({ versions: Schema.Struct({ format: Schema.Natural }) }))

const Stored = Schema.fromJsonString(StoredHeader)

const open = (source: Source): Effect.Effect<OpenedCheckpoint, CheckpointError> =>
  Effect.gen(function* () {
    const { path } = source
    const fail = (reason: string) => Effect.fail(new CheckpointError({ path, offset: 8, reason }))
    const wrong = (error: Schema.SchemaError) =>
      new CheckpointError({ path, offset: 8, reason: `the checkpoint's header: ${oneLine(error)}` })
    const read = yield* readHeader(source)
    const text = read.header.metadata[headerName]
    if (text === undefined) {
      return yield* fail(`a safetensors file, but no checkpoint: its metadata have no "${headerName}"`)
    }
    if (!(yield* isSealed(path, read.bytes))) {
      return yield* fail("its header does not have the SHA-256 that it says: it was altered, or damaged")
    }
    const { versions } = yield* Effect.mapError(Schema.decodeEffect(Versioned)(text), wrong)
    if (versions.format !== formatVersion) {
      const reason = `a checkpoint of format ${versions.format}, of which this version reads ${formatVersion} only`
      return yield* Effect.fail(new CheckpointError({ path, reason }))
    }
    return { read, stored: yield* Effect.mapError(Schema.decodeEffect(Stored)(text), wrong) }
  })

const headerOf = ({ stored: { exact, digests, ...header } }: OpenedCheckpoint): CheckpointHeader => header

/** Reads a checkpoint's header, which holds whatever the tensors' bytes are. */
export const headerFrom = (source: Source): Effect.Effect<CheckpointHeader, CheckpointError> =>
  Effect.map(open(source), headerOf)

/** How many tensors are read at once, and hashed, which the engine does in threads of its own. */
const concurrency = 4

/** Reads a checkpoint from wherever its bytes are. */
export const checkpointFrom = (source: Source): Effect.Effect<Checkpoint, CheckpointError> =>
  Effect.gen(function* () {
    const opened = yield* open(source)
    const exact = new Set(opened.stored.exact)
    const tensors = yield* Effect.forEach(
      Object.entries(opened.read.header.entries),
      ([name, entry]) =>
        Effect.map(checkedTensor(source, opened, name, entry), (tensor) => [
          name,
          exact.has(name) ? Tensor.adopt({ ...tensor.type, dtype: "f32" }, tensor["~elements"]) : tensor
        ]),
      { concurrency }
    )
    return { header: headerOf(opened), tensors: Object.fromEntries(tensors) }
  })

const checkedTensor = (source: Source, { read, stored }: OpenedCheckpoint, name: string, entry: Entry) => {
  const { path } = source
  return readTensor(source, read, name, entry, (bytes, offset) =>
    Effect.flatMap(sha256(path, bytes), (digest) => {
      if (digest === stored.digests[name]) return Effect.void
      const reason = `"${name}" does not have the SHA-256 that the header says: it was altered, or damaged`
      return Effect.fail(new CheckpointError({ path, offset, reason }))
    })
  )
}
