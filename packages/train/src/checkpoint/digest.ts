import * as Effect from "effect/Effect"
import { CheckpointError } from "./checkpointError.ts"

/** What of WebCrypto is used; pages have it where they come by https or from the machine itself. */
interface Digester {
  readonly digest: (algorithm: "SHA-256", bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>
}

/** The SHA-256 of bytes, as 64 hexadecimal digits. */
export const sha256 = (path: string, bytes: Uint8Array<ArrayBuffer>): Effect.Effect<string, CheckpointError> =>
  Effect.suspend(() => {
    const { crypto } = globalThis as { readonly crypto?: { readonly subtle?: Digester } }
    const subtle = crypto?.subtle
    if (subtle === undefined) {
      const reason = "nothing here computes its SHA-256: pages have crypto.subtle only where they come by https"
      return Effect.fail(new CheckpointError({ path, reason }))
    }
    return Effect.tryPromise({
      try: async () => hexadecimal(new Uint8Array(await subtle.digest("SHA-256", bytes))),
      catch: (cause) => new CheckpointError({ path, reason: `its SHA-256 cannot be computed: ${cause}` })
    })
  })

const hexadecimal = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
