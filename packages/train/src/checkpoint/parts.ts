/** What a file is made of, one after the other: each part is made when its turn comes, so that all need not be at once. */
export type Parts = ReadonlyArray<() => Uint8Array<ArrayBuffer>>

/** Parts as one. */
export const joinParts = (parts: Parts): Uint8Array<ArrayBuffer> => {
  const made = parts.map((make) => make())
  const bytes = new Uint8Array(made.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of made) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}
