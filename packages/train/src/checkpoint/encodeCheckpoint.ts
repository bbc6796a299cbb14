import type { Tensor } from "@residual/backends"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Checkpoint } from "./checkpoint.ts"
import { CheckpointError } from "./checkpointError.ts"
import { sha256 } from "./digest.ts"
import { encodeElements, fileTypes } from "./element.ts"
import { metadataName, writeHeader } from "./header.ts"
import { oneLine } from "./oneLine.ts"
import { joinParts, type Parts } from "./parts.ts"
import { noSeal, sealed, sealName } from "./seal.ts"
import { headerName, StoredHeader } from "./storedHeader.ts"

/**
 * The bytes of a checkpoint's file; `path` only names it in errors. Fails with a `CheckpointError` where the header holds
 * what is no JSON (an infinity in the run's state, say), and on a page that comes neither by https nor from the machine
 * itself, since such a page cannot compute its hash.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { HostRandom } from "@residual/core"
 * import { decodeCheckpoint, encodeCheckpoint, makeCheckpoint } from "@residual/train"
 * import { Effect } from "effect"
 * const checkpoint = makeCheckpoint({
 *   tensors: { slope: Tensor.make(2) },
 *   step: 20,
 *   updates: 20,
 *   key: HostRandom.keyFromSeed(0),
 *   position: 20,
 *   run: null,
 *   configuration: { model: "line" },
 *   device: { name: "cpu", threads: 2 }
 * })
 * const bytes = await Effect.runPromise(encodeCheckpoint("line.safetensors", checkpoint))
 * const read = await Effect.runPromise(decodeCheckpoint("line.safetensors", bytes))
 * read.header.device // => { name: "cpu", threads: 2 }
 * ```
 */
export const encodeCheckpoint = (
  path: string,
  checkpoint: Checkpoint
): Effect.Effect<Uint8Array<ArrayBuffer>, CheckpointError> => Effect.map(checkpointParts(path, checkpoint), joinParts)

/** How many tensors are hashed at once: the engine does so in threads of its own. */
const concurrency = 4

/** A checkpoint's file in parts. */
export const checkpointParts = (path: string, { header, tensors }: Checkpoint): Effect.Effect<Parts, CheckpointError> =>
  Effect.gen(function* () {
    if (metadataName in tensors) {
      const reason = `no tensor of it can be called "${metadataName}", as the file's metadata are`
      return yield* Effect.fail(new CheckpointError({ path, reason }))
    }
    const entries = Object.entries(tensors).map(([name, tensor]) => ({
      name,
      tensor,
      dtype: isExact(tensor) ? ("F64" as const) : fileTypes[tensor.type.dtype],
      shape: tensor.type.shape
    }))
    const digests = yield* Effect.forEach(
      entries,
      ({ name, tensor, dtype }) =>
        Effect.map(sha256(path, encodeElements(tensor, dtype)), (digest) => [name, digest] as const),
      { concurrency }
    )
    const stored = yield* Schema.encodeEffect(StoredHeader)({
      ...header,
      exact: entries.filter(({ tensor }) => isExact(tensor)).map(({ name }) => name),
      digests: Object.fromEntries(digests)
    }).pipe(Effect.mapError((error) => new CheckpointError({ path, reason: `its header: ${oneLine(error)}` })))
    const head = yield* sealed(path, writeHeader(entries, { [sealName]: noSeal, [headerName]: JSON.stringify(stored) }))
    return [
      () => head,
      ...entries.map(
        ({ tensor, dtype }) =>
          () =>
            encodeElements(tensor, dtype)
      )
    ]
  })

/** Whether elements of an `f32` are kept more exactly than it tells, as the exact reference keeps them. */
const isExact = ({ type, "~elements": elements }: Tensor.Tensor): boolean =>
  type.dtype === "f32" &&
  elements instanceof Float64Array &&
  elements.some((element) => !Object.is(Math.fround(element), element))
