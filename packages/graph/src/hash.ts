/**
 * A 64-bit hash that is fed parts one after the other: the two multiply-and-rotate lanes with different primes, mixed
 * at the end. It tells programs apart in a cache, and does not resist an adversary.
 */
export interface Hasher {
  readonly text: (part: string) => void
  readonly numbers: (values: ReadonlyArray<number>) => void
  /** Sixteen hexadecimal digits. */
  readonly digest: () => string
}

/** Starts a hash. */
export const hasher = (): Hasher => {
  let a = 0x811c9dc5
  let b = 0x9e3779b9
  const word = (bits: number): void => {
    const left = Math.imul(a ^ bits, 0x01000193)
    a = (left << 13) | (left >>> 19)
    const right = Math.imul(b ^ bits, 0x85ebca6b)
    b = right ^ (right >>> 15)
  }
  return {
    text: (part) => {
      for (let at = 0; at < part.length; at++) word(part.charCodeAt(at))
      word(0x10000)
    },
    numbers: (values) => {
      const float = new Float64Array(1)
      const bits = new Uint32Array(float.buffer)
      for (const value of values) {
        // Every NaN is the same constant, whatever its payload.
        float[0] = Number.isNaN(value) ? Number.NaN : value
        word(bits[0] as number)
        word(bits[1] as number)
      }
      word(0x10001)
    },
    digest: () => hex(mixed(a ^ b)) + hex(mixed(Math.imul(b, 0x01000193) ^ (a >>> 7)))
  }
}

const mixed = (word: number): number => {
  const first = Math.imul(word ^ (word >>> 16), 0x7feb352d)
  const second = Math.imul(first ^ (first >>> 15), 0x846ca68b)
  return second ^ (second >>> 16)
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0")
