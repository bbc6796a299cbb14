import { createHash } from "node:crypto"
import { assert, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { sha256 } from "../src/checkpoint/digest.ts"

const bytes = Uint8Array.from({ length: 2 ** 24 + 3 }, (_, at) => (at * 7919) >> 3)
const expected = createHash("sha256").update(bytes).digest("hex")

/** WebCrypto as it is where it takes so many bytes at once. */
const stubLimited = (most: number) => {
  const { subtle } = crypto
  vi.stubGlobal("crypto", {
    subtle: {
      digest: async (algorithm: string, data: Uint8Array<ArrayBuffer>) => {
        if (data.length > most) throw new RangeError("too much")
        return subtle.digest(algorithm, data)
      }
    }
  })
}

describe("the SHA-256 of bytes", () => {
  it("is the same at once and piece by piece, where WebCrypto does not take so many", async () => {
    assert.strictEqual(await Effect.runPromise(sha256("a file", bytes)), expected)
    stubLimited(1000)
    try {
      assert.strictEqual(await Effect.runPromise(sha256("a file", bytes, 1000)), expected)
      const few = bytes.subarray(0, 1000)
      assert.strictEqual(
        await Effect.runPromise(sha256("a file", few, 1000)),
        createHash("sha256").update(few).digest("hex")
      )
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it("is refused where nothing takes so many, which is told", async () => {
    stubLimited(1000)
    vi.stubGlobal("process", {})
    try {
      const { message } = await Effect.runPromise(Effect.flip(sha256("a file", bytes, 1000)))
      assert.strictEqual(
        message,
        "a file: its SHA-256 cannot be computed, of 16777219 bytes at once: RangeError: too much"
      )
    } finally {
      vi.unstubAllGlobals()
    }
  })
})
