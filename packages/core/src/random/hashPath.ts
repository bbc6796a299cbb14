const offsetBasis = 0x811c9dc5
const prime = 0x01000193

const utf8 = (point: number): ReadonlyArray<number> => {
  const last = 0x80 | (point & 0x3f)
  if (point < 0x80) return [point]
  if (point < 0x800) return [0xc0 | (point >> 6), last]
  const middle = 0x80 | ((point >> 6) & 0x3f)
  if (point < 0x10000) return [0xe0 | (point >> 12), middle, last]
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), middle, last]
}

/**
 * The 32-bit FNV-1a hash of a path's UTF-8 bytes, an unsigned integer. Folded into a key (`foldIn`), it gives each place
 * in a model a key of its own that depends on its path only.
 *
 * G. Fowler, L. C. Noll and K.-P. Vo, "The FNV non-cryptographic hash algorithm" (IETF draft).
 *
 * ```ts
 * import { HostRandom } from "@residual/core"
 * HostRandom.hashPath("foobar") // => 0xbf9cf968
 * ```
 */
export const hashPath = (path: string): number =>
  Array.from(path)
    .flatMap((character) => utf8(character.codePointAt(0) ?? 0))
    .reduce((hash, byte) => Math.imul(hash ^ byte, prime), offsetBasis) >>> 0
