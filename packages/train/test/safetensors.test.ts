import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { Effect } from "effect"
import { decodeSafetensors, encodeSafetensors, type Safetensors } from "../src/index.ts"

const fixture = new Uint8Array(readFileSync(new URL("../../testing/fixtures/gpt.init.safetensors", import.meta.url)))

const every: Safetensors = {
  tensors: {
    double: Tensor.make([[-0], [Number.NaN]], { dtype: "f64" }),
    float: Tensor.make(Float32Array.of(1.5, Number.POSITIVE_INFINITY, 1e-45)),
    bool: Tensor.make([true, false, true]),
    signed: Tensor.make(-(2 ** 31), { dtype: "i32" }),
    unsigned: Tensor.make([2 ** 32 - 1], { dtype: "u32" }),
    none: Tensor.make(new Float32Array(0), { shape: [0, 4] })
  },
  metadata: { format: "residual", note: "é" }
}

const assertSame = (actual: Safetensors, expected: Safetensors) => {
  assert.deepStrictEqual(Object.keys(actual.tensors), Object.keys(expected.tensors))
  assert.deepStrictEqual(actual.metadata, expected.metadata)
  for (const [name, tensor] of Object.entries(expected.tensors)) {
    assert.isTrue(Tensor.equals(actual.tensors[name] as Tensor.Tensor, tensor), name)
  }
}

/** A file with a given header, its length written correctly, and so many zero bytes after it. */
const file = (header: unknown, data: number | Uint8Array): Uint8Array => {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + (typeof data === "number" ? data : data.length))
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  if (typeof data !== "number") bytes.set(data, 8 + text.length)
  return bytes
}

const refused = (bytes: Uint8Array) => Effect.flip(decodeSafetensors("a file", bytes))

describe("safetensors", () => {
  it.effect("gives back what was written, to the bit, for every element type", () =>
    Effect.gen(function* () {
      const bytes = encodeSafetensors(every)
      const read = yield* decodeSafetensors("a file", bytes)
      assertSame(read, every)
      assert.deepStrictEqual(encodeSafetensors(read), bytes)
    })
  )

  it.effect("reads bytes that lie at an odd offset of their buffer", () =>
    Effect.gen(function* () {
      const bytes = encodeSafetensors(every)
      const shifted = new Uint8Array(bytes.length + 3).subarray(3)
      shifted.set(bytes)
      assertSame(yield* decodeSafetensors("a file", shifted), every)
    })
  )

  it.effect("reads a file of another writer", () =>
    Effect.gen(function* () {
      const { tensors } = yield* decodeSafetensors("gpt.init", fixture)
      assert.strictEqual(Object.keys(tensors).length, 28)
      assert.deepStrictEqual(tensors["h.0.attn.c_attn.weight"]?.type, { dtype: "f64", shape: [32, 96] })
      const ones = Tensor.make(new Float64Array(32).fill(1))
      assert.isTrue(Tensor.equals(tensors["ln_f.weight"] as Tensor.Tensor, ones))
    })
  )

  it.effect("reads I64 as i32, and refuses what does not fit", () =>
    Effect.gen(function* () {
      const longs = new Uint8Array(BigInt64Array.of(-5n, 2n ** 31n - 1n).buffer)
      const header = { n: { dtype: "I64", shape: [2], data_offsets: [0, 16] } }
      const { tensors } = yield* decodeSafetensors("a file", file(header, longs))
      assert.isTrue(Tensor.equals(tensors["n"] as Tensor.Tensor, Tensor.make(Int32Array.of(-5, 2 ** 31 - 1))))
      const error = yield* refused(file(header, new Uint8Array(BigInt64Array.of(0n, 2n ** 31n).buffer)))
      assert.strictEqual(error.reason, 'element 1 of "n" is no i32 value')
      assert.strictEqual(error.offset, 8 + JSON.stringify(header).length + 8)
    })
  )

  it.effect("refuses every truncation, and says at which byte", () =>
    Effect.gen(function* () {
      const bytes = encodeSafetensors(every)
      for (let length = 0; length < bytes.length; length++) {
        const error = yield* refused(bytes.slice(0, length))
        assert.strictEqual(error._tag, "CheckpointError")
        assert.strictEqual(error.path, "a file")
        assert.isAtMost(error.offset as number, length)
      }
    })
  )

  const f32 = (from: number, to: number, shape: ReadonlyArray<number>) => ({
    dtype: "F32",
    shape,
    data_offsets: [from, to]
  })
  const cases: ReadonlyArray<readonly [name: string, bytes: Uint8Array, reason: RegExp]> = [
    ["an empty file", new Uint8Array(0), /at least 8 bytes, this one has 0/],
    ["a text file", new TextEncoder().encode("Call me Ishmael. Some years ago"), /not a safetensors file/],
    ["a header that is not JSON", file("{oops", 0), /the header is not a JSON object/],
    ["a header that is an array", file("[]", 0), /the header is not a JSON object/],
    [
      "an element type that is not read",
      file({ w: { ...f32(0, 2, [1]), dtype: "F16" } }, 2),
      /F64.*at \["w"\]\["dtype"\]/
    ],
    ["a negative size", file({ w: f32(0, 4, [-1]) }, 4), /at \["w"\]\["shape"\]\[0\]/],
    ["a missing shape", file({ w: { dtype: "F32", data_offsets: [0, 4] } }, 4), /at \["w"\]\["shape"\]/],
    [
      "two tensors of one name",
      file(`{"a":${JSON.stringify(f32(0, 4, [1]))},"\\u0061":${JSON.stringify(f32(0, 4, [1]))}}`, 4),
      /two members of the header are named "\\u0061"/
    ],
    ["metadata that is not text", file({ __metadata__: { step: 3 } }, 0), /the metadata/],
    ["offsets of another size than the shape", file({ w: f32(0, 8, [1]) }, 8), /of 4 bytes, its offsets span 8/],
    ["a gap between tensors", file({ a: f32(0, 4, [1]), b: f32(8, 12, [1]) }, 12), /does not begin where/],
    ["tensors that overlap", file({ a: f32(0, 8, [2]), b: f32(4, 12, [2]) }, 12), /does not begin where/],
    ["tensors beyond the end", file({ a: f32(0, 8, [2]) }, 4), /the file ends inside "a"/],
    ["bytes after the last tensor", file({ a: f32(0, 4, [1]) }, 6), /2 bytes after the last tensor/],
    [
      "a bool that is neither",
      file({ b: { dtype: "BOOL", shape: [1], data_offsets: [0, 1] } }, Uint8Array.of(7)),
      /no bool/
    ]
  ]
  it.effect.each(cases)("refuses %s", ([, bytes, reason]) =>
    Effect.gen(function* () {
      assert.match((yield* refused(bytes)).message, reason)
    })
  )

  it.effect("refuses a header of invalid UTF-8", () =>
    Effect.gen(function* () {
      const bytes = file("  ", 0)
      bytes[8] = 0xff
      assert.strictEqual((yield* refused(bytes)).reason, "the header is not UTF-8")
    })
  )
})
