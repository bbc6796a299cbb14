import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { Effect } from "effect"
import { wholeText } from "../src/data/read/text.ts"
import { scanUtf8 } from "../src/data/read/utf8.ts"

/** How many bytes the platform takes for the beginning of a text. */
const validLength = (bytes: Uint8Array): number => {
  const isValid = (length: number): boolean => {
    try {
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length), { stream: true })
      return true
    } catch {
      return false
    }
  }
  let length = 0
  while (length < bytes.length && isValid(length + 1)) length++
  return length
}

describe("bytes of UTF-8", () => {
  test.prop([fc.string({ unit: "binary" })])("are as long as their text", (text) => {
    const bytes = new TextEncoder().encode(text)
    assert.deepStrictEqual(scanUtf8(bytes), { valid: bytes.length, length: text.length })
  })

  const leads = fc.constantFrom(
    0x61,
    0xc1,
    0xc3,
    0xe0,
    0xe2,
    0xed,
    0xf0,
    0xf3,
    0xf4,
    0xf5,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf
  )
  test.prop([fc.array(leads, { maxLength: 8 })], { numRuns: 2000 })(
    "end where the platform says that they do",
    (bytes) => {
      assert.strictEqual(scanUtf8(Uint8Array.from(bytes)).valid, validLength(Uint8Array.from(bytes)))
    }
  )

  it.effect("are refused for their length, if no text may be so long", () =>
    Effect.gen(function* () {
      const bytes = new TextEncoder().encode("a whale 🐋")
      assert.strictEqual(yield* wholeText("t", bytes, 10), "a whale 🐋")
      const error = yield* Effect.flip(wholeText("t", bytes, 9))
      assert.strictEqual(error.message, "t: it has 10 characters, and a text no more than 9: read it by lines")
    })
  )

  it.effect("are refused for what they are not, however long they are", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(wholeText("t", Uint8Array.of(0x61, 0x0a, 0x62, 0xff, 0x63), 2))
      assert.strictEqual(error.message, "t, line 2, byte 3: it is not UTF-8 here")
    })
  )
})
