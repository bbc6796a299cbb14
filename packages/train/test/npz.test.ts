import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js"
import { Effect } from "effect"
import { Bytes, Read } from "../src/index.ts"

const file = (name: string) => new Uint8Array(readFileSync(new URL(`./fixtures/data/${name}.npz`, import.meta.url)))
const read = (bytes: Uint8Array) => Read.npz(Bytes.of("t.npz", bytes))

describe("files of arrays that NumPy saved", () => {
  it.live.each(["plain", "packed"])("are the arrays by their names: %s", (name) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read(file(name)), {
        images: { shape: [3, 2, 2], elements: Uint8Array.from({ length: 12 }, (_, at) => at) },
        labels: { shape: [3], elements: Int32Array.of(1, 0, 2) }
      })
    })
  )

  it.live.each(["plain", "packed"])("are refused wherever they are cut off: %s", (name) =>
    Effect.gen(function* () {
      const whole = file(name)
      for (let length = 0; length < whole.length; length += 5) {
        assert.strictEqual((yield* Effect.flip(read(whole.subarray(0, length)))).source, "t.npz")
      }
    })
  )

  it.live("are refused where an element is not what was saved", () =>
    Effect.gen(function* () {
      const bytes = file("plain")
      // The last element of the images, before the header of the next file.
      const at = bytes.findIndex((byte, place) => byte === 11 && bytes[place + 1] === 0x50 && bytes[place + 2] === 0x4b)
      bytes[at] = 12
      assert.match((yield* Effect.flip(read(bytes))).message, /^t\.npz: it is no whole zip: .*CRC/)
    })
  )

  it.live("are refused with the name of an array that is none", () =>
    Effect.gen(function* () {
      const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false })
      yield* Effect.promise(() => writer.add("notes.txt", new Uint8ArrayReader(Uint8Array.of(1, 2, 3))))
      const bytes = yield* Effect.promise(() => writer.close())
      const error = yield* Effect.flip(read(bytes))
      assert.strictEqual(error.message, "t.npz/notes.txt, byte 0: it is not of the format npy")
    })
  )

  it.live("are refused where they are empty", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(read(new Uint8Array(0)))).message, "t.npz: it is empty")
    })
  )
})
