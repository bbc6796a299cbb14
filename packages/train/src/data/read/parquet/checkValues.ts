import type { ParquetType } from "hyparquet"
import { checkRuns, readVarInt } from "./checkRuns.ts"

/** Values of a page, without what tells which are missing. */
export interface PageValues {
  readonly bytes: Uint8Array
  readonly from: number
  readonly count: number
  readonly type: ParquetType
  /** Bytes of a value, where the schema tells it. */
  readonly typeLength: number | undefined
  readonly encoding: string
  /** How many values the column's dictionary has. */
  readonly dictionary: number
}

const widths: Partial<Readonly<Record<ParquetType, number>>> = { INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8 }

/** Throws an `Error` unless a page's values are as many as it says, and end where it does. */
export const checkValues = ({ bytes, from, count, type, typeLength, encoding, dictionary }: PageValues): void => {
  if (count === 0) return
  const end = bytes.length
  const endAt = (at: number): void => {
    if (at !== end) throw new Error(`${count} values of ${type} end at byte ${at} of a page of ${end}`)
  }
  switch (encoding) {
    case "PLAIN":
      endAt(type === "BYTE_ARRAY" ? endOfTexts(bytes, from, count) : from + plainSize(type, typeLength, count))
      return
    case "BYTE_STREAM_SPLIT":
      endAt(from + plainSize(type, typeLength, count))
      return
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY": {
      const width = bytes[from]
      if (width === undefined) throw new Error("a page without its indices")
      if (dictionary === 0) throw new Error("a page of indices into no dictionary")
      checkRuns({ bytes, from: from + 1, end, width, count: width === 0 ? 0 : count }, dictionary - 1)
      return
    }
    case "RLE": {
      if (type !== "BOOLEAN") throw new Error(`values of ${type} as runs`)
      checkRuns({ bytes, from: from + 4, end, width: 1, count }, 1)
      return
    }
    case "DELTA_BINARY_PACKED":
    case "DELTA_LENGTH_BYTE_ARRAY":
      endOfDeltas(bytes, from, count)
      return
    case "DELTA_BYTE_ARRAY":
      endOfDeltas(bytes, endOfDeltas(bytes, from, count), count)
      return
    default:
      throw new Error(`an unknown encoding: ${encoding}`)
  }
}

const plainSize = (type: ParquetType, typeLength: number | undefined, count: number): number => {
  if (type === "BOOLEAN") return Math.ceil(count / 8)
  const width = widths[type] ?? typeLength
  if (width === undefined || width < 1) throw new Error(`values of ${type} that have no length`)
  return count * width
}

/** Where texts end, each of which tells its length. */
const endOfTexts = (bytes: Uint8Array, from: number, count: number): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = from
  for (let read = 0; read < count; read++) {
    if (at + 4 > bytes.length) throw new Error(`${read} of ${count} texts`)
    at += 4 + view.getUint32(at, true)
  }
  return at
}

/** Where differences end, which are packed bit by bit in blocks of several parts. */
const endOfDeltas = (bytes: Uint8Array, from: number, count: number): number => {
  let at = from
  const next = (): number => {
    const read = readVarInt(bytes, at, bytes.length)
    at = read.at
    return read.value
  }
  const [block, parts, all] = [next(), next(), next()]
  next()
  const part = block / parts
  if (!(part >= 8) || part % 8 !== 0) throw new Error(`blocks of ${block} differences in ${parts} parts`)
  if (all !== count) throw new Error(`${all} differences for ${count} values`)
  for (let seen = 1; seen < count; ) {
    next()
    const sizes = bytes.subarray(at, at + parts)
    at += parts
    for (let place = 0; place < parts && seen < count; place++, seen += part) {
      const width = sizes[place]
      if (width === undefined || width > 64) throw new Error("a block of differences without their widths")
      at += (part * width) / 8
      // Not every writer fills up the last.
      if (at > bytes.length && count - seen > part) throw new Error("a page ends in its differences")
    }
  }
  return at
}
