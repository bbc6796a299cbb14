/** The bytes of a function's body while it is written, and how deep the writing stands inside blocks. */
export interface Writer {
  bytes: Uint8Array<ArrayBuffer>
  length: number
  depth: number
  /** The number that a module gives a function that this one calls (a `Called`; written so, no file imports the other). */
  readonly indexOf: (called: object) => number
}

/** A writer of nothing yet. */
export const makeWriter = (indexOf: Writer["indexOf"] = () => 0): Writer => ({
  bytes: new Uint8Array(256),
  length: 0,
  depth: 0,
  indexOf
})

const reserve = (to: Writer, count: number): void => {
  if (to.length + count <= to.bytes.length) return
  const larger = new Uint8Array(Math.max(2 * to.bytes.length, to.length + count))
  larger.set(to.bytes)
  to.bytes = larger
}

/** Writes one byte. */
export const byte = (to: Writer, value: number): void => {
  if (to.length === to.bytes.length) reserve(to, 1)
  to.bytes[to.length++] = value
}

/** Writes an unsigned number of up to 32 bits, in LEB128. */
export const unsigned = (to: Writer, value: number): void => {
  let rest = value >>> 0
  while (rest >= 128) {
    byte(to, (rest & 127) | 128)
    rest >>>= 7
  }
  byte(to, rest)
}

/** Writes a signed number of 32 bits, in LEB128. */
export const signed = (to: Writer, value: number): void => {
  let rest = value | 0
  for (;;) {
    const low = rest & 127
    rest >>= 7
    if ((rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)) {
      byte(to, low)
      return
    }
    byte(to, low | 128)
  }
}

/** Writes a signed number of 64 bits, in LEB128. */
export const signed64 = (to: Writer, value: bigint): void => {
  let rest = BigInt.asIntN(64, value)
  for (;;) {
    const low = Number(rest & 127n)
    rest >>= 7n
    if ((rest === 0n && (low & 64) === 0) || (rest === -1n && (low & 64) !== 0)) {
      byte(to, low)
      return
    }
    byte(to, low | 128)
  }
}

/** Writes bytes as they are. */
export const raw = (to: Writer, bytes: ArrayLike<number>): void => {
  reserve(to, bytes.length)
  to.bytes.set(bytes, to.length)
  to.length += bytes.length
}

/** Writes a float of 32 bits. A NaN is the canonical one. */
export const float32 = (to: Writer, value: number): void => raw(to, new Uint8Array(Float32Array.of(value).buffer))

/** Writes a float of 64 bits. */
export const float64 = (to: Writer, value: number): void => raw(to, new Uint8Array(Float64Array.of(value).buffer))

/** Writes a name: its bytes in UTF-8, preceded by their number. */
export const name = (to: Writer, text: string): void => {
  const bytes = new TextEncoder().encode(text)
  unsigned(to, bytes.length)
  raw(to, bytes)
}

/** What was written. */
export const written = (from: Writer): Uint8Array<ArrayBuffer> => from.bytes.subarray(0, from.length)
