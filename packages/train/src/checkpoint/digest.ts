import * as Effect from "effect/Effect"
import { CheckpointError } from "./checkpointError.ts"

/** What of WebCrypto is used; pages have it where they come by https or from the machine itself. */
interface Digester {
  readonly digest: (algorithm: "SHA-256", bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>
}

/** What of Node's own is used, which takes bytes piece by piece. */
interface PiecewiseDigester {
  readonly createHash: (algorithm: "sha256") => {
    readonly update: (bytes: Uint8Array) => unknown
    readonly digest: () => Uint8Array
  }
}

interface Platform {
  readonly crypto?: { readonly subtle?: Digester }
  readonly process?: { readonly getBuiltinModule?: (name: "node:crypto") => PiecewiseDigester | undefined }
}

/** The most bytes that every WebCrypto takes; Node's takes fewer than 2³¹. */
const mostAtOnce = 2 ** 31 - 1

/** Bytes that are hashed before others have a turn. */
const piece = 2 ** 24

/**
 * The SHA-256 of bytes, as 64 hexadecimal digits: by WebCrypto, in the engine's threads, or for more bytes than it takes
 * at once piece by piece, where the platform can do that.
 */
export const sha256 = (
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  most: number = mostAtOnce
): Effect.Effect<string, CheckpointError> =>
  Effect.suspend(() => {
    const { crypto, process } = globalThis as Platform
    const piecewise = bytes.length > most ? process?.getBuiltinModule?.("node:crypto") : undefined
    if (piecewise !== undefined) return inPieces(piecewise, bytes)
    const subtle = crypto?.subtle
    if (subtle === undefined) {
      const reason = "nothing here computes its SHA-256: pages have crypto.subtle only where they come by https"
      return Effect.fail(new CheckpointError({ path, reason }))
    }
    return Effect.tryPromise({
      try: async () => hexadecimal(new Uint8Array(await subtle.digest("SHA-256", bytes))),
      catch: (cause) =>
        new CheckpointError({
          path,
          reason: `its SHA-256 cannot be computed, of ${bytes.length} bytes at once: ${cause}`
        })
    })
  })

const inPieces = ({ createHash }: PiecewiseDigester, bytes: Uint8Array): Effect.Effect<string> =>
  Effect.gen(function* () {
    const hash = createHash("sha256")
    for (let at = 0; at < bytes.length; at += piece) {
      hash.update(bytes.subarray(at, at + piece))
      yield* Effect.yieldNow
    }
    return hexadecimal(hash.digest())
  })

const hexadecimal = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
