import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { Effect, Stream } from "effect"
import { Bytes, DataError, type NumericArray, Read } from "../src/index.ts"
import { inPieces, pieces } from "./chunked.ts"

const types = [
  [0x08, 1, "Uint8", Uint8Array],
  [0x09, 1, "Int8", Int8Array],
  [0x0b, 2, "Int16", Int16Array],
  [0x0c, 4, "Int32", Int32Array],
  [0x0d, 4, "Float32", Float32Array],
  [0x0e, 8, "Float64", Float64Array]
] as const

type Type = (typeof types)[number]

/** An array as the format has it, written by a `DataView` number by number. */
const written = ([code, width, name]: Type, shape: ReadonlyArray<number>, values: ReadonlyArray<number>) => {
  const bytes = new Uint8Array(4 + 4 * shape.length + width * values.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(2, code)
  view.setUint8(3, shape.length)
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length)
  for (const [at, value] of values.entries()) view[`set${name}`](4 + 4 * shape.length + width * at, value, false)
  return bytes
}

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
const files = fc
  .tuple(fc.constantFrom(...types), shapes, fc.integer({ min: -128, max: 127 }))
  .chain(([type, shape, first]) => {
    const size = shape.reduce((product, length) => product * length, 1)
    const elements = type[3].from(Array.from({ length: size }, (_, at) => (first + at * 37) % 128))
    return pieces(written(type, shape, Array.from(elements))).map((cuts) => ({ shape, elements, cuts }))
  })

const read = (bytes: Bytes.Bytes) => Effect.runSync(Effect.result(Read.idx(bytes)))

describe("arrays in the IDX format", () => {
  test.prop([files])("are read as they were written, wherever the bytes are cut", ({ shape, elements, cuts }) => {
    const result = read(inPieces("t", cuts))
    assert.deepStrictEqual(result._tag === "Success" ? result.success : result.failure, {
      shape,
      elements
    } as NumericArray)
  })

  const whole = written(types[0], [2, 3], [1, 2, 3, 4, 5, 6])
  it("are refused wherever they are cut off, at the byte where they end", () => {
    for (let length = 0; length < whole.length; length++) {
      const result = read(Bytes.of("t", whole.subarray(0, length)))
      assert.isTrue(result._tag === "Failure" && result.failure instanceof DataError)
      assert.strictEqual(result._tag === "Failure" ? result.failure.offset : undefined, length)
    }
  })

  const long = written(types[4], [2], [1, 2])
  const refused: ReadonlyArray<readonly [name: string, bytes: Uint8Array, message: string]> = [
    ["empty", new Uint8Array(0), "t, byte 0: it is empty"],
    [
      "of an unknown element type",
      Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 1, 1),
      "t, byte 0: it is not of the IDX format (it begins with 00000701)"
    ],
    ["text", new TextEncoder().encode("5,0,4"), "t, byte 0: it is not of the IDX format (it begins with 352c302c)"],
    [
      "compressed",
      gzipSync(whole),
      "t, byte 0: it is not of the IDX format, but of gzip's: decompress it (it begins with 1f8b0800)"
    ],
    [
      "longer than its shape",
      Uint8Array.of(...long, 0),
      "t, byte 16: the elements of its shape [2] end here, but it goes on to byte 17"
    ],
    [
      "in want of all its elements",
      Uint8Array.of(0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 28, 0, 0, 0, 28),
      "t, byte 16: it ends here, but the elements of its shape [4294967295,28,28] end at byte 3367254359296"
    ]
  ]
  it.effect.each(refused)("are refused where they are %s", ([, bytes, message]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(Read.idx(Bytes.of("t", bytes)))).message, message)
    })
  )
})

describe("bytes that may be compressed", () => {
  const text = "some text, long enough for pieces"
  const contents = fc.constantFrom(text, "", "\u001f", "\u001f\u008b").map((given) => new TextEncoder().encode(given))
  test.prop([contents.chain((bytes) => pieces(bytes).map((cuts) => ({ bytes, cuts })))])(
    "are left as they are, where they are not, wherever they are cut",
    ({ bytes, cuts }) => {
      const read = Effect.runSync(Bytes.collect(Bytes.uncompressed(inPieces("t", cuts))))
      assert.deepStrictEqual(read, new Uint8Array(bytes))
    }
  )

  test.prop([pieces(gzipSync(text))])("are decompressed, where they are, wherever they are cut", async (cuts) => {
    assert.strictEqual(await Effect.runPromise(Read.text(Bytes.uncompressed(inPieces("t", cuts)))), text)
  })

  it.live("fail as their source does", () =>
    Effect.gen(function* () {
      const failure = new DataError({ source: "t", reason: "the line is cut" })
      const stream = Stream.concat(Stream.succeed(Uint8Array.of(0x1f)), Stream.fail(failure))
      assert.strictEqual(yield* Effect.flip(Bytes.collect(Bytes.uncompressed({ source: "t", stream }))), failure)
    })
  )
})
