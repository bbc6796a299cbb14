import { createHash } from "node:crypto"

/** The SHA-256 of some arrays, one after the other, each with its length. */
export const fingerprint = (...arrays: ReadonlyArray<ArrayBufferView>): string => {
  const hash = createHash("sha256")
  for (const { buffer, byteOffset, byteLength } of arrays) {
    hash.update(`${byteLength}:`)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  }
  return hash.digest("hex")
}
