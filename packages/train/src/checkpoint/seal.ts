import * as Effect from "effect/Effect"
import { CheckpointError } from "./checkpointError.ts"
import { sha256 } from "./digest.ts"

// A checkpoint's header is sealed by its own SHA-256, computed with zeros where its digits are, which is always the same
// place: they are the first member of the metadata, which are the first member of the header.

/** The member of the metadata that seals the header. */
export const sealName = "sha256"

/** A seal before it is known. */
export const noSeal = "0".repeat(64)

/** The text before the digits. */
const before = `{"__metadata__":{"${sealName}":"`

/** Where the digits are, after the length of the header. */
const from = 8 + before.length
const to = from + noSeal.length

const ascii = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

/** Whether a header has digits where a seal belongs. */
const hasPlace = (header: Uint8Array): boolean => ascii(header.subarray(8, from)) === before && header.length >= to

/** A header's SHA-256 with zeros in the seal's place. */
const digestOf = (path: string, header: Uint8Array<ArrayBuffer>): Effect.Effect<string, CheckpointError> => {
  const blank = header.slice()
  blank.fill(0x30, from, to)
  return sha256(path, blank)
}

/** A header that was written with `noSeal`, sealed. Fails where that is not in its place. */
export const sealed = (
  path: string,
  header: Uint8Array<ArrayBuffer>
): Effect.Effect<Uint8Array<ArrayBuffer>, CheckpointError> =>
  hasPlace(header)
    ? Effect.map(digestOf(path, header), (digest) => {
        const bytes = header.slice()
        bytes.set(new TextEncoder().encode(digest), from)
        return bytes
      })
    : Effect.fail(new CheckpointError({ path, reason: `its header does not begin with ${before}` }))

/** Whether a header is as it was when it was sealed. */
export const isSealed = (path: string, header: Uint8Array<ArrayBuffer>): Effect.Effect<boolean, CheckpointError> =>
  hasPlace(header)
    ? Effect.map(digestOf(path, header), (digest) => digest === ascii(header.subarray(from, to)))
    : Effect.succeed(false)
