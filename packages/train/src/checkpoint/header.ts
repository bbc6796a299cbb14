import { Shape } from "@residual/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { CheckpointError } from "./checkpointError.ts"
import { oneLine } from "./oneLine.ts"
import type { Source } from "./source.ts"

const Natural = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** The element types of the file format that are read; `I64` becomes `i32` where every value fits. */
const FileType = Schema.Literals(["F64", "F32", "I32", "U32", "I64", "BOOL"])

/** An element type as the file format names it. */
export type FileType = typeof FileType.Type

/** How many bytes an element takes. */
export const elementBytes: Readonly<Record<FileType, number>> = { F64: 8, F32: 4, I32: 4, U32: 4, I64: 8, BOOL: 1 }

const Entry = Schema.Struct({
  dtype: FileType,
  shape: Schema.Array(Natural),
  data_offsets: Schema.Tuple([Natural, Natural])
})

/** One tensor of the header: its type, and where its bytes lie after the header. */
export type Entry = typeof Entry.Type

/** A safetensors header: entries by name, and free text by name. */
export interface Header {
  readonly entries: Readonly<Record<string, Entry>>
  readonly metadata: Readonly<Record<string, string>>
}

const Json = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
const Entries = Schema.Record(Schema.String, Entry)
const Metadata = Schema.Record(Schema.String, Schema.String)

/** The member of the header that is no tensor. */
export const metadataName = "__metadata__"

/** Bytes that the header's length takes. */
const lengthBytes = 8

/** The format's own limit, which keeps a foreign file's first bytes from asking for a huge header. */
const longestHeader = 100_000_000

const utf8 = new TextDecoder("utf-8", { fatal: true })

/** A name, as it is written, that two members of a JSON object have; parsing keeps the last one and says nothing. */
const repeatedName = (json: string): string | undefined => {
  const names = new Set<string>()
  let depth = 0
  for (const [token, written] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === "{" || token === "[") depth++
    if (token === "}" || token === "]") depth--
    if (written === undefined || depth !== 1) continue
    const name = JSON.parse(written)
    if (names.has(name)) return written
    names.add(name)
  }
  return undefined
}

/** A header as it was read: what it says, its bytes with their length before them, and so where the tensors' begin. */
export interface ReadHeader {
  readonly header: Header
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Reads the header of a file. */
export const readHeader = ({ path, length: size, read }: Source): Effect.Effect<ReadHeader, CheckpointError> =>
  Effect.gen(function* () {
    const fail = (offset: number, reason: string) => Effect.fail(new CheckpointError({ path, offset, reason }))
    if (size < lengthBytes) {
      return yield* fail(0, `a safetensors file has at least ${lengthBytes} bytes, this one has ${size}`)
    }
    const length = new DataView((yield* read(0, lengthBytes)).buffer).getBigUint64(0, true)
    if (length > longestHeader) return yield* fail(0, `not a safetensors file: its header would have ${length} bytes`)
    const begin = lengthBytes + Number(length)
    if (begin > size) return yield* fail(size, `the file ends inside its header, which has ${length} bytes`)
    const bytes = yield* read(0, begin)
    const text = yield* Effect.try({
      try: () => utf8.decode(bytes.subarray(lengthBytes)),
      catch: () => new CheckpointError({ path, offset: lengthBytes, reason: "the header is not UTF-8" })
    })
    const wrong = (what: string) => (error: Schema.SchemaError) =>
      new CheckpointError({ path, offset: lengthBytes, reason: `${what}: ${oneLine(error)}` })
    const members = yield* Effect.mapError(
      Schema.decodeUnknownEffect(Json)(text),
      wrong("the header is not a JSON object")
    )
    const repeated = repeatedName(text)
    if (repeated !== undefined) return yield* fail(lengthBytes, `two members of the header are named ${repeated}`)
    const { [metadataName]: free = {}, ...tensors } = members
    const entries = yield* Effect.mapError(Schema.decodeUnknownEffect(Entries)(tensors), wrong("the header"))
    const metadata = yield* Effect.mapError(Schema.decodeUnknownEffect(Metadata)(free), wrong("the metadata"))
    const fault = layoutFault(entries, begin, size)
    if (fault !== undefined) return yield* fail(fault.offset, fault.reason)
    return { header: { entries, metadata }, bytes }
  })

/** What is wrong with where the tensors lie: they must be of their types' sizes and fill the file without a gap. */
const layoutFault = (
  entries: Header["entries"],
  begin: number,
  end: number
): { readonly offset: number; readonly reason: string } | undefined => {
  const inOrder = Object.entries(entries).sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]
  )
  let offset = begin
  for (const [name, { dtype, shape, data_offsets }] of inOrder) {
    const [from, to] = data_offsets
    const size = Shape.size(shape) * elementBytes[dtype]
    if (to - from !== size) {
      const reason = `"${name}" is ${dtype}[${shape.join(",")}] of ${size} bytes, its offsets span ${to - from}`
      return { offset: begin + from, reason }
    }
    if (begin + from !== offset) {
      return { offset: begin + from, reason: `"${name}" does not begin where the tensor before it ends` }
    }
    if (begin + to > end) {
      return { offset: end, reason: `the file ends inside "${name}", which goes on to byte ${begin + to}` }
    }
    offset = begin + to
  }
  return offset === end ? undefined : { offset, reason: `${end - offset} bytes after the last tensor belong to none` }
}

/**
 * A header as bytes, the metadata first, padded with spaces so that the tensors' bytes begin at a multiple of 8. The
 * tensors lie in the order in which they are given.
 */
export const writeHeader = (
  tensors: ReadonlyArray<Omit<Entry, "data_offsets"> & { readonly name: string }>,
  metadata: Header["metadata"]
): Uint8Array<ArrayBuffer> => {
  let offset = 0
  const entries = tensors.map(({ name, dtype, shape }) => {
    const from = offset
    offset += Shape.size(shape) * elementBytes[dtype]
    return [name, { dtype, shape, data_offsets: [from, offset] }] as const
  })
  const free = Object.keys(metadata).length === 0 ? [] : [[metadataName, metadata] as const]
  // Member by member: an object would put names that are whole numbers before all others.
  const members = [...free, ...entries].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  const text = new TextEncoder().encode(`{${members.join(",")}}`)
  const length = text.length + (-text.length & 7)
  const bytes = new Uint8Array(lengthBytes + length).fill(0x20, lengthBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(text, lengthBytes)
  return bytes
}
