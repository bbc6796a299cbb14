import { Tensor } from "@residual/backends"
import { Shape } from "@residual/core"
import * as Effect from "effect/Effect"
import { CheckpointError } from "./checkpointError.ts"
import { codecs, fileTypes } from "./element.ts"
import { type Header, readHeader, writeHeader } from "./header.ts"

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
  Effect.gen(function* () {
    const { header, begin } = yield* readHeader(path, bytes)
    const fault = layoutFault(header, begin, bytes.length)
    if (fault !== undefined) return yield* Effect.fail(new CheckpointError({ path, ...fault }))
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const tensors: Array<readonly [string, Tensor.Tensor]> = []
    for (const [name, entry] of Object.entries(header.entries)) {
      const { read, allocate, dtype, bytes: width } = codecs[entry.dtype]
      const data = allocate(Shape.size(entry.shape))
      for (let at = 0; at < data.length; at++) {
        const offset = begin + entry.data_offsets[0] + at * width
        const value = read(view, offset)
        if (value === undefined) {
          const reason = `element ${at} of "${name}" is no ${dtype} value`
          return yield* Effect.fail(new CheckpointError({ path, offset, reason }))
        }
        data[at] = value
      }
      tensors.push([name, Tensor.make(data, { dtype, shape: entry.shape })])
    }
    return { tensors: Object.fromEntries(tensors), metadata: header.metadata }
  })

/** What is wrong with where the tensors lie: they must be of their types' sizes and fill the file without a gap. */
const layoutFault = (
  { entries }: Header,
  begin: number,
  end: number
): { readonly offset: number; readonly reason: string } | undefined => {
  const inOrder = Object.entries(entries).sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]
  )
  let offset = begin
  for (const [name, entry] of inOrder) {
    const { dtype, shape } = entry
    const [from, to] = entry.data_offsets
    const size = Shape.size(shape) * codecs[dtype].bytes
    if (to - from !== size) {
      const reason = `"${name}" is ${dtype}[${shape.join(",")}] of ${size} bytes, its offsets span ${to - from}`
      return { offset: begin + from, reason }
    }
    if (begin + from !== offset) {
      return { offset: begin + from, reason: `"${name}" does not begin where the tensor before it ends` }
    }
    if (begin + to > end)
      return { offset: end, reason: `the file ends inside "${name}", which goes on to byte ${begin + to}` }
    offset = begin + to
  }
  return offset === end ? undefined : { offset, reason: `${end - offset} bytes after the last tensor belong to none` }
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
export const encodeSafetensors = ({ tensors, metadata }: Safetensors): Uint8Array => {
  const entries: Record<string, Header["entries"][string]> = {}
  let size = 0
  for (const [name, { type }] of Object.entries(tensors)) {
    const dtype = fileTypes[type.dtype]
    const to = size + Shape.size(type.shape) * codecs[dtype].bytes
    entries[name] = { dtype, shape: type.shape, data_offsets: [size, to] }
    size = to
  }
  const header = writeHeader({ entries, metadata })
  const bytes = new Uint8Array(header.length + size)
  bytes.set(header)
  const view = new DataView(bytes.buffer)
  let offset = header.length
  for (const tensor of Object.values(tensors)) {
    const { write, bytes: width } = codecs[fileTypes[tensor.type.dtype]]
    for (const value of Tensor.toTypedArray(tensor)) {
      write(view, offset, value)
      offset += width
    }
  }
  return bytes
}
