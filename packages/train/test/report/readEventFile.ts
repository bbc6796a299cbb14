import { basename } from "node:path"
import { fileURLToPath } from "node:url"
import { crc32c } from "polycrc"
import protobuf from "protobufjs"

// A reader of event files that shares nothing with what writes them: TensorBoard's own schema, a decoder of protocol
// buffers and another implementation of the checksum.

const schemas = new URL("../fixtures/tensorboard/", import.meta.url)
const root = new protobuf.Root()
root.resolvePath = (_, target) => fileURLToPath(new URL(basename(target), schemas))
const Event = root.loadSync("event.proto").lookupType("tensorboard.Event")

/** A histogram as the schema has it. */
interface HistogramMessage {
  readonly min?: number
  readonly max?: number
  readonly num?: number
  readonly sum?: number
  readonly sumSquares?: number
  readonly bucketLimit: ReadonlyArray<number>
  readonly bucket: ReadonlyArray<number>
}

/** An event as the schema has it. */
export interface EventMessage {
  readonly wallTime: number
  readonly step: number
  readonly fileVersion?: string
  readonly sessionLog?: { readonly status: string }
  readonly summary?: {
    readonly value: ReadonlyArray<{
      readonly tag: string
      readonly simpleValue?: number
      readonly histo?: HistogramMessage
    }>
  }
}

/** The records of a file: each with its length, the length's masked checksum, its bytes, and theirs. Throws for any other. */
const records = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const check = (at: number, of: Uint8Array): void => {
    const masked = (view.getUint32(at, true) - 0xa282ead8) >>> 0
    const crc = ((masked << 15) | (masked >>> 17)) >>> 0
    if (crc !== crc32c(of)) throw new Error(`the checksum at byte ${at} is another`)
  }
  const found: Array<Uint8Array> = []
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true))
    check(at + 8, bytes.subarray(at, at + 8))
    const record = bytes.subarray(at + 12, at + 12 + length)
    check(at + 12 + length, record)
    found.push(record)
    at += 16 + length
  }
  return found
}

/** The events in the bytes of a file. Throws for bytes that are none of whole records. */
export const readEventFile = (bytes: Uint8Array): ReadonlyArray<EventMessage> =>
  records(bytes).map((record) => ({
    // A number that is 0 is one that is left out.
    wallTime: 0,
    step: 0,
    ...Event.toObject(Event.decode(record), { longs: Number, enums: String })
  }))

/** The numbers in events by step and name. */
export const scalarsIn = (events: ReadonlyArray<EventMessage>): ReadonlyArray<readonly [number, string, number]> =>
  events.flatMap(({ step, summary }) =>
    (summary?.value ?? []).map(({ tag, simpleValue = 0 }) => [step, tag, simpleValue] as const)
  )
