/** Where integers are that are written as runs: of one value, or of several that are packed bit by bit. */
export interface Runs {
  readonly bytes: Uint8Array
  readonly from: number
  readonly end: number
  /** Bits of a value. */
  readonly width: number
  readonly count: number
}

/** How much longer than what is left of the values a packed run may be, since writers fill them up. */
const slack = 2 ** 16

/** A number of 7 bits a byte, and where it ends. */
export const readVarInt = (bytes: Uint8Array, from: number, end: number): { value: number; at: number } => {
  let value = 0
  for (let [at, factor] = [from, 1]; at < end; at++, factor *= 128) {
    const byte = bytes[at] as number
    value += (byte & 0x7f) * factor
    if (byte < 128) return { value, at: at + 1 }
    if (at - from >= 9) throw new Error("a number of more than 10 bytes")
  }
  throw new Error("a page ends in a number")
}

/**
 * Reads Parquet's hybrid of run lengths and packed bits from one end to the other. Throws an `Error` unless there are
 * exactly so many values, and none is above the highest. The answer is how many are that.
 */
export const checkRuns = ({ bytes, from, end, width, count }: Runs, highest: number): number => {
  if (width > 32 || end > bytes.length) throw new Error("runs that are longer than their page")
  const scale = 2 ** width
  let [at, seen, atHighest] = [from, 0, 0]
  const see = (value: number, times: number): void => {
    if (value > highest) throw new Error(`a level or index of ${value}, above ${highest}`)
    if (value === highest) atHighest += times
  }
  while (seen < count) {
    const header = readVarInt(bytes, at, end)
    at = header.at
    const left = count - seen
    const length = Math.floor(header.value / 2)
    if (header.value % 2 === 0) {
      const size = Math.ceil(width / 8)
      if (length > left || at + size > end) throw new Error(`a run of ${length} values, where ${left} are left`)
      let value = 0
      for (let byte = 0; byte < size; byte++) value += (bytes[at + byte] as number) * 256 ** byte
      if (length > 0) see(value, length)
      at += size
      seen += length
    } else {
      const packed = Math.min(8 * length, left)
      const isWithin = 8 * length - left < slack && at + Math.ceil((packed * width) / 8) <= end
      if (!isWithin) throw new Error(`a run of ${8 * length} values, where ${left} are left`)
      for (let [value, bits, byte, place] = [0, 0, at, 0]; place < packed; place++) {
        for (; bits < width; bits += 8) value += (bytes[byte++] as number) * 2 ** bits
        see(value % scale, 1)
        value = Math.floor(value / scale)
        bits -= width
      }
      at += length * width
      seen += packed
    }
  }
  return atHighest
}
