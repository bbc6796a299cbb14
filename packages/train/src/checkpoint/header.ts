import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { CheckpointError } from "./checkpointError.ts"

const Natural = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** The element types of the file format that are read; `I64` becomes `i32` where every value fits. */
const FileType = Schema.Literals(["F64", "F32", "I32", "U32", "I64", "BOOL"])

/** An element type as the file format names it. */
export type FileType = typeof FileType.Type

/** One tensor of the header: its type, and where its bytes lie after the header. */
const Entry = Schema.Struct({
  dtype: FileType,
  shape: Schema.Array(Natural),
  data_offsets: Schema.Tuple([Natural, Natural])
})

/** A safetensors header: entries by name, and free text by name. */
export interface Header {
  readonly entries: Readonly<Record<string, typeof Entry.Type>>
  readonly metadata: Readonly<Record<string, string>>
}

const Json = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
const Entries = Schema.Record(Schema.String, Entry)
const Metadata = Schema.Record(Schema.String, Schema.String)

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

/** Reads the header of a file. Gives it with the offset at which the tensors' bytes begin. */
export const readHeader = (
  path: string,
  bytes: Uint8Array
): Effect.Effect<{ readonly header: Header; readonly begin: number }, CheckpointError> =>
  Effect.gen(function* () {
    const fail = (offset: number, reason: string) => Effect.fail(new CheckpointError({ path, offset, reason }))
    if (bytes.length < lengthBytes) {
      return yield* fail(0, `a safetensors file has at least ${lengthBytes} bytes, this one has ${bytes.length}`)
    }
    const length = new DataView(bytes.buffer, bytes.byteOffset, lengthBytes).getBigUint64(0, true)
    if (length > longestHeader) return yield* fail(0, `not a safetensors file: its header would have ${length} bytes`)
    const begin = lengthBytes + Number(length)
    if (begin > bytes.length) {
      return yield* fail(bytes.length, `the file ends inside its header, which has ${length} bytes`)
    }
    const text = yield* Effect.try({
      try: () => utf8.decode(bytes.subarray(lengthBytes, begin)),
      catch: () => new CheckpointError({ path, offset: lengthBytes, reason: "the header is not UTF-8" })
    })
    const wrong = (what: string) => (error: Schema.SchemaError) =>
      new CheckpointError({
        path,
        offset: lengthBytes,
        reason: `${what}: ${error.message.replaceAll(/\s*\n\s*/g, " ")}`
      })
    const members = yield* Effect.mapError(
      Schema.decodeUnknownEffect(Json)(text),
      wrong("the header is not a JSON object")
    )
    const repeated = repeatedName(text)
    if (repeated !== undefined) return yield* fail(lengthBytes, `two members of the header are named ${repeated}`)
    const { __metadata__: free = {}, ...tensors } = members
    const entries = yield* Effect.mapError(Schema.decodeUnknownEffect(Entries)(tensors), wrong("the header"))
    const metadata = yield* Effect.mapError(Schema.decodeUnknownEffect(Metadata)(free), wrong("the metadata"))
    return { header: { entries, metadata }, begin }
  })

/** A header as bytes, padded with spaces so that the tensors' bytes begin at a multiple of 8. */
export const writeHeader = ({ entries, metadata }: Header): Uint8Array => {
  const free = Object.keys(metadata).length === 0 ? {} : { __metadata__: metadata }
  const text = new TextEncoder().encode(JSON.stringify({ ...free, ...entries }))
  const length = text.length + (-text.length & 7)
  const bytes = new Uint8Array(lengthBytes + length).fill(0x20, lengthBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(text, lengthBytes)
  return bytes
}
