import { Tensor } from "@residual/backends"
import * as Effect from "effect/Effect"
import { CheckpointError } from "./checkpointError.ts"
import { codecs, encodeElements, fileTypes } from "./element.ts"
import { type Entry, elementBytes, type ReadHeader, readHeader, writeHeader } from "./header.ts"
import { joinParts, type Parts } from "./parts.ts"
import { bytesSource, type Source } from "./source.ts"

/** What a safetensors file holds: tensors by name, and free text by name. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, Tensor.Tensor>>
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Reads the bytes of a safetensors file; `path` only names it in errors. `F64`, `F32`, `I32`, `U32` and `BOOL` are read
 * as they are, `I64` as `i32`.
 *
 * Fails with a `CheckpointError` for a file that is cut short, is in another format, has a header that does not fit its
 * bytes (tensors must lie one after the other and fill the file), or holds a value that its type cannot.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { decodeSafetensors, encodeSafetensors } from "@residual/train"
 * import { Effect } from "effect"
 * const bytes = encodeSafetensors({ tensors: { weight: Tensor.make([1, 2]) }, metadata: {} })
 * const { tensors } = Effect.runSync(decodeSafetensors("model.safetensors", bytes))
 * Tensor.toArray(tensors["weight"]!) // => [1, 2]
 * ```
 */
export const decodeSafetensors = (path: string, bytes: Uint8Array): Effect.Effect<Safetensors, CheckpointError> =>
  safetensorsFrom(bytesSource(path, bytes))

/** Reads a safetensors file from wherever its bytes are. */
export const safetensorsFrom = (source: Source): Effect.Effect<Safetensors, CheckpointError> =>
  Effect.gen(function* () {
    const read = yield* readHeader(source)
    const tensors = yield* Effect.forEach(Object.entries(read.header.entries), ([name, entry]) =>
      Effect.map(readTensor(source, read, name, entry), (tensor) => [name, tensor] as const)
    )
    return { tensors: Object.fromEntries(tensors), metadata: read.header.metadata }
  })

/** Reads one tensor, after `check` has had a look at its bytes. */
export const readTensor = (
  { path, read }: Source,
  { bytes: { length: begin } }: ReadHeader,
  name: string,
  { dtype: type, shape, data_offsets: [from, to] }: Entry,
  check: (bytes: Uint8Array<ArrayBuffer>, offset: number) => Effect.Effect<void, CheckpointError> = () => Effect.void
): Effect.Effect<Tensor.Tensor, CheckpointError> =>
  Effect.gen(function* () {
    const bytes = yield* read(begin + from, to - from)
    yield* check(bytes, begin + from)
    const { dtype, decode } = codecs[type]
    const elements = decode(bytes)
    if (!("wrongAt" in elements)) return Tensor.adopt({ dtype, shape }, elements)
    const { wrongAt } = elements
    const offset = begin + from + wrongAt * elementBytes[type]
    return yield* Effect.fail(
      new CheckpointError({ path, offset, reason: `element ${wrongAt} of "${name}" is no ${dtype} value` })
    )
  })

/** A safetensors file in parts. */
export const safetensorsParts = ({ tensors, metadata }: Safetensors): Parts => {
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    const { dtype, shape } = tensor.type
    return { name, tensor, dtype: fileTypes[dtype], shape }
  })
  return [
    () => writeHeader(entries, metadata),
    ...entries.map(
      ({ tensor, dtype }) =>
        () =>
          encodeElements(tensor, dtype)
    )
  ]
}

/**
 * The bytes of a safetensors file, tensors in the order of their names' insertion: an 8-byte length, a JSON header, and
 * the elements in little-endian order. Elements of an `f32` that are kept more exactly are rounded.
 *
 * ```ts
 * import { encodeSafetensors } from "@residual/train"
 * encodeSafetensors({ tensors: {}, metadata: {} }).length // => 16
 * ```
 */
export const encodeSafetensors = (contents: Safetensors): Uint8Array<ArrayBuffer> =>
  joinParts(safetensorsParts(contents))
