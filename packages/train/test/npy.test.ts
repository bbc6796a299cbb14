import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { Effect, Schema } from "effect"
import { Bytes, Read } from "../src/index.ts"
import { inPieces, pieces } from "./chunked.ts"

const File = Schema.Uint8ArrayFromBase64
const Fixtures = Schema.Struct({
  arrays: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      file: File,
      shape: Schema.Array(Schema.Int),
      elements: Schema.Array(Schema.Union([Schema.Number, Schema.Literals(["nan", "inf", "-inf"])]))
    })
  ),
  others: Schema.Array(Schema.Struct({ type: Schema.String, file: File })),
  long: File
})
const text = readFileSync(new URL("./fixtures/data/npy.golden.json", import.meta.url), "utf8")
const { arrays, others, long } = Schema.decodeUnknownSync(Schema.fromJsonString(Fixtures))(text)

const special: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Infinity, "-inf": -Infinity }

describe("arrays that NumPy saved", () => {
  it.effect.each(arrays.map((array) => [array.name, array] as const))("are read as they were: %s", ([, saved]) =>
    Effect.gen(function* () {
      const { shape, elements } = yield* Read.npy(Bytes.of("t", saved.file))
      assert.deepStrictEqual(shape, saved.shape)
      const expected = saved.elements.map((value) => (typeof value === "number" ? value : (special[value] as number)))
      assert.strictEqual(elements.length, expected.length)
      for (const [at, value] of expected.entries()) {
        assert.isTrue(Object.is(elements[at], value), `${elements[at]} for ${value} at ${at}`)
      }
    })
  )

  test.prop([fc.constantFrom(...arrays).chain((saved) => pieces(saved.file).map((cuts) => ({ saved, cuts })))])(
    "are the same wherever the bytes are cut",
    ({ saved, cuts }) => {
      assert.deepStrictEqual(
        Effect.runSync(Read.npy(inPieces("t", cuts))),
        Effect.runSync(Read.npy(Bytes.of("t", saved.file)))
      )
    }
  )

  const whole = arrays[0]?.file as Uint8Array
  it("are refused wherever they are cut off, at the byte where they end", () => {
    for (let length = 0; length < whole.length; length++) {
      const error = Effect.runSync(Effect.flip(Read.npy(Bytes.of("t", whole.subarray(0, length)))))
      assert.strictEqual(error.offset, length)
    }
  })

  it.effect.each(others.map((other) => [other.type, other] as const))("are refused where they hold %s", ([, other]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Read.npy(Bytes.of("t", other.file)))
      assert.strictEqual(error.message, `t, byte 10: its elements are no numbers of a known type, but ${other.type}`)
    })
  )

  it.effect("are refused where an integer is beyond 32 bits", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Read.npy(Bytes.of("t", long)))
      assert.strictEqual(error.message, "t, byte 136: the 64-bit integer 2147483648 is beyond 32 bits")
    })
  )

  const changed = (at: number, byte: number) => Uint8Array.from(whole, (given, place) => (place === at ? byte : given))
  const refused: ReadonlyArray<readonly [name: string, bytes: Uint8Array, message: string]> = [
    ["a wrong magic number", changed(3, 0), "t, byte 0: it is not of the format npy"],
    ["an unknown version", changed(6, 4), "t, byte 6: it is of version 4 of the format npy, not of 1, 2 or 3"],
    ["a damaged header", changed(11, 0), "t, byte 10: its header does not tell the type, order and shape of an array"],
    [
      "bytes after the last element",
      Uint8Array.of(...whole, 0),
      "t, byte 152: the elements of its shape [2,3,4] end here, but it goes on to byte 153"
    ]
  ]
  /** A file of bytes, whose header tells this shape. */
  const shaped = (shape: string, elements: ReadonlyArray<number>) => {
    const header = new TextEncoder().encode(`{'descr': '|u1', 'fortran_order': False, 'shape': ${shape}, }\n`)
    return Uint8Array.of(...whole.subarray(0, 8), header.length % 256, header.length >> 8, ...header, ...elements)
  }
  it.effect.each(["(3 4)", "(3,,4)", "(0, 1e400)", `(0, 1${"0".repeat(400)})`, "(,)"])(
    "are refused for %s, which is no shape",
    (shape) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Read.npy(Bytes.of("t", shaped(shape, []))))
        assert.strictEqual(error.message, "t, byte 10: its header does not tell the type, order and shape of an array")
      })
  )
  it.effect.each([
    ["()", [], 1],
    ["(3,)", [3], 3],
    ["(1L, 2L)", [1, 2], 2],
    ["(0, 9)", [0, 9], 0]
  ] as const)("have the shape %s", ([text, shape, size]) =>
    Effect.gen(function* () {
      const saved = yield* Read.npy(
        Bytes.of(
          "t",
          shaped(
            text,
            Array.from({ length: size }, (_, at) => at)
          )
        )
      )
      assert.deepStrictEqual(saved.shape, shape)
      assert.strictEqual(saved.elements.length, size)
    })
  )

  it.effect("stay where the file was read, if they stand there as they are to", () =>
    Effect.gen(function* () {
      const { elements } = yield* Read.npy(Bytes.of("t", whole))
      assert.strictEqual(elements.buffer.byteLength, whole.length)
    })
  )

  it.effect.each(refused)("are refused for %s", ([, bytes, message]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(Read.npy(Bytes.of("t", bytes)))).message, message)
    })
  )
})
