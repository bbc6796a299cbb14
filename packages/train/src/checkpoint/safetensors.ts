import { Shape } from "@residual/core"
import { Effect } from "effect"
import type { HostTensor } from "../hostTensor.ts"
import { CheckpointError } from "./checkpointError.ts"
import { codecs, fileTypes } from "./element.ts"
import { type Header, readHeader, writeHeader } from "./header.ts"

/** What a safetensors file holds: tensors by name, and free text by name. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, HostTensor>>
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
 * import { decodeSafetensors, encodeSafetensors } from "@residual/train"
 * import { Effect } from "effect"
 * const weight = { type: { dtype: "f32" as const, shape: [2] }, data: Float32Array.of(1, 2) }
 * const bytes = encodeSafetensors({ tensors: { weight }, metadata: {} })
 * Effect.runSync(decodeSafetensors("model.safetensors", bytes)).tensors["weight"] // => weight
 * ```
 */
export const decodeSafetensors = (path: string, bytes: Uint8Array): Effect.Effect<Safetensors, CheckpointError> =>
  Effect.gen(function* () {
    const { header, begin } = yield* readHeader(path, bytes)
    const fault = layoutFault(header, begin, bytes.length)
    if (fault !== undefined) return yield* Effect.fail(new CheckpointError({ path, ...fault }))
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const tensors: Array<readonly [string, HostTensor]> = []
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
      tensors.push([name, { type: { dtype, shape: entry.shape }, data }])
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
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to]
    }
  ] of inOrder) {
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
 * The bytes of a safetensors file, tensors in the order of their names' insertion. Bytes: an 8-byte length, a JSON
 * header, the elements in little-endian order.
 *
 * ```ts
 * import { encodeSafetensors } from "@residual/train"
 * encodeSafetensors({ tensors: {}, metadata: {} }).length // => 16
 * ```
 */
export const encodeSafetensors = ({ tensors, metadata }: Safetensors): Uint8Array => {
  const entries: Record<string, Header["entries"][string]> = {}
  let size = 0
  for (const [
    name,
    {
      type: { dtype, shape },
      data
    }
  ] of Object.entries(tensors)) {
    const to = size + data.length * codecs[fileTypes[dtype]].bytes
    entries[name] = { dtype: fileTypes[dtype], shape, data_offsets: [size, to] }
    size = to
  }
  const header = writeHeader({ entries, metadata })
  const bytes = new Uint8Array(header.length + size)
  bytes.set(header)
  const view = new DataView(bytes.buffer)
  let offset = header.length
  for (const { type, data } of Object.values(tensors)) {
    const { write, bytes: width } = codecs[fileTypes[type.dtype]]
    for (const value of data) {
      write(view, offset, value)
      offset += width
    }
  }
  return bytes
}
