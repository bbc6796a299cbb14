import { readFileSync } from "node:fs"
import { assert, describe, it, vi } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { Tensor } from "@residual/backends"
import { HostRandom } from "@residual/core"
import { Effect } from "effect"
import { writeHeader } from "../src/checkpoint/header.ts"
import { sealed } from "../src/checkpoint/seal.ts"
import {
  type Checkpoint,
  type CheckpointContents,
  type CheckpointError,
  decodeCheckpoint,
  decodeSafetensors,
  encodeCheckpoint,
  encodeSafetensors,
  makeCheckpoint
} from "../src/index.ts"

const contents: CheckpointContents = {
  tensors: {
    "blocks.0.weight": Tensor.make([[1.5, -0, Number.NaN]]),
    bias: Tensor.adopt({ dtype: "f32", shape: [2] }, Float32Array.of(1e-45, Number.NEGATIVE_INFINITY)),
    "optimiser/mean/bias": Tensor.make([0.1, 1e-300], { dtype: "f64" }),
    counts: Tensor.make(-(2 ** 31), { dtype: "i32" }),
    words: Tensor.make([2 ** 32 - 1], { dtype: "u32" }),
    mask: Tensor.make([true, false, true]),
    none: Tensor.make(new Float32Array(0), { shape: [0, 4] })
  },
  step: 40,
  updates: 20,
  key: HostRandom.keyFromSeed(7),
  position: 41,
  run: { best: { loss: 0.1 + 0.2, step: 30 }, patience: [1, null, true, "é"] },
  configuration: { model: { width: 64 }, note: "🐋" },
  vocabulary: { characters: ["a", "b", "🐋", '"'] },
  device: { name: "cpu", threads: 2, simd: "relaxed", roundsOnce: true }
}

const every = makeCheckpoint(contents)

const assertSame = (actual: Checkpoint, expected: Checkpoint) => {
  assert.deepStrictEqual(actual.header, expected.header)
  assert.deepStrictEqual(Object.keys(actual.tensors), Object.keys(expected.tensors))
  for (const [name, tensor] of Object.entries(expected.tensors)) {
    const found = actual.tensors[name] as Tensor.Tensor
    assert.deepStrictEqual(found.type, tensor.type, name)
    assert.isTrue(Tensor.equals(found, tensor), name)
  }
}

const encoded = await Effect.runPromise(encodeCheckpoint("a file", every))

const refused = (bytes: Uint8Array): Promise<CheckpointError> =>
  Effect.runPromise(Effect.flip(decodeCheckpoint("a file", bytes)))

describe("a checkpoint", () => {
  it.effect("gives back what was written, to the bit", () =>
    Effect.gen(function* () {
      const read = yield* decodeCheckpoint("a file", encoded)
      assertSame(read, every)
      assert.deepStrictEqual(yield* encodeCheckpoint("a file", read), encoded)
    })
  )

  it.effect("keeps the bits of every NaN", () =>
    Effect.gen(function* () {
      const words = Uint32Array.of(0x7fc00001, 0xffc00000, 0x7f800001)
      const type = { dtype: "f32", shape: [3] } as const
      const tensors = { nan: Tensor.adopt(type, new Float32Array(words.buffer)) }
      const bytes = yield* encodeCheckpoint("a file", makeCheckpoint({ ...contents, tensors }))
      const read = yield* decodeCheckpoint("a file", bytes)
      assert.deepStrictEqual(
        new Uint32Array(Tensor.toTypedArray(read.tensors["nan"] as Tensor.Tensor).buffer as ArrayBuffer),
        words
      )
    })
  )

  it.effect("keeps an f32 that is known more exactly as it is, which other readers see in 64 bits", () =>
    Effect.gen(function* () {
      const exact = Tensor.adopt({ dtype: "f32", shape: [2] }, Float64Array.of(0.1, 1e-60))
      const checkpoint = makeCheckpoint({ ...contents, tensors: { exact, short: Tensor.make([0.5, Number.NaN]) } })
      const bytes = yield* encodeCheckpoint("a file", checkpoint)
      assertSame(yield* decodeCheckpoint("a file", bytes), checkpoint)
      const { tensors } = yield* decodeSafetensors("a file", bytes)
      assert.deepStrictEqual(
        Object.values(tensors).map(({ type }) => type.dtype),
        ["f64", "f32"]
      )
    })
  )

  it.effect("is a safetensors file", () =>
    Effect.gen(function* () {
      const { tensors, metadata } = yield* decodeSafetensors("a file", encoded)
      assertSame({ header: every.header, tensors }, every)
      const told = JSON.parse(metadata["residual"] as string)
      assert.deepInclude(told, { step: 40, position: 41, configuration: contents.configuration })
    })
  )

  it("says what it was made by", () => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
    assert.deepStrictEqual(every.header.versions, {
      format: 1,
      residual: version,
      platform: `Node ${process.versions.node}`
    })
  })

  it.effect("has tensors of any names, its metadata before them", () =>
    Effect.gen(function* () {
      const one = Tensor.make([1])
      const checkpoint = makeCheckpoint({
        ...contents,
        tensors: { w: one, "7": one, "0": one, "": one, toString: one }
      })
      const bytes = yield* encodeCheckpoint("a file", checkpoint)
      assertSame(yield* decodeCheckpoint("a file", bytes), checkpoint)
      assert.match(new TextDecoder().decode(bytes.subarray(8)), /^\{"__metadata__":\{"sha256":"[0-9a-f]{64}"/)
    })
  )

  it.effect("is not sealed where its header has no place for that", () =>
    Effect.gen(function* () {
      const header = writeHeader([], { residual: "{}" })
      const { message } = yield* Effect.flip(sealed("a file", header))
      assert.strictEqual(message, 'a file: its header does not begin with {"__metadata__":{"sha256":"')
    })
  )

  it.effect("is read from an odd offset of its buffer", () =>
    Effect.gen(function* () {
      const shifted = new Uint8Array(encoded.length + 3).subarray(3)
      shifted.set(encoded)
      assertSame(yield* decodeCheckpoint("a file", shifted), every)
    })
  )

  const tensor = fc.oneof(
    fc
      .float32Array({ maxLength: 9 })
      .map((elements) => Tensor.adopt({ dtype: "f32", shape: [elements.length] }, elements)),
    fc
      .tuple(fc.float64Array({ maxLength: 9 }), fc.constantFrom("f32" as const, "f64" as const))
      .map(([elements, dtype]) => Tensor.adopt({ dtype, shape: [1, elements.length] }, elements)),
    fc.int32Array({ maxLength: 9 }).map((elements) => Tensor.make(elements)),
    fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }).map((elements) => Tensor.make(elements))
  )
  // JSON has no -0.
  const json = fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)))
  // JSON's objects put names that are whole numbers first.
  const name = fc.oneof(fc.string({ unit: "grapheme" }), fc.nat().map(String)).filter((each) => each !== "__metadata__")

  test.prop({ tensors: fc.dictionary(name, tensor), run: json, configuration: json, step: fc.nat() })(
    "gives back whatever was written",
    async ({ tensors, run, configuration, step }) => {
      const checkpoint = makeCheckpoint({ ...contents, tensors: { ...tensors }, run, configuration, step })
      const bytes = await Effect.runPromise(encodeCheckpoint("a file", checkpoint))
      assertSame(await Effect.runPromise(decodeCheckpoint("a file", bytes)), checkpoint)
    }
  )
})

describe("a checkpoint is refused", () => {
  it("wherever it is cut off", async () => {
    for (let length = 0; length < encoded.length; length++) {
      const error = await refused(encoded.slice(0, length))
      assert.deepStrictEqual([error._tag, error.path], ["CheckpointError", "a file"])
      assert.isAtMost(error.offset as number, length)
    }
  })

  it("with any byte altered", async () => {
    for (let at = 0; at < encoded.length; at++) {
      const altered = encoded.slice()
      altered[at] = (altered[at] as number) ^ (1 << (at % 8))
      const error = await refused(altered)
      assert.deepStrictEqual([error._tag, error.path], ["CheckpointError", "a file"])
    }
  })

  test.prop({ at: fc.nat(encoded.length - 1), by: fc.integer({ min: 1, max: 255 }) })(
    "with any byte altered in any way",
    async ({ at, by }) => {
      const altered = encoded.slice()
      altered[at] = (altered[at] as number) ^ by
      assert.strictEqual((await refused(altered))._tag, "CheckpointError")
    }
  )

  test.prop({ at: fc.nat(encoded.length), bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }) })(
    "with bytes added anywhere",
    async ({ at, bytes }) => {
      const longer = new Uint8Array(encoded.length + bytes.length)
      longer.set(encoded.subarray(0, at))
      longer.set(bytes, at)
      longer.set(encoded.subarray(at), at + bytes.length)
      assert.strictEqual((await refused(longer))._tag, "CheckpointError")
    }
  )

  test.prop({ bytes: fc.uint8Array({ maxLength: 200 }) })("that is none at all", async ({ bytes }) => {
    assert.strictEqual((await refused(bytes))._tag, "CheckpointError")
  })

  it("with the tensor that is altered, and where it is", async () => {
    const altered = encoded.slice()
    const last = altered.length - 1
    altered[last] = 1 - (altered[last] as number)
    const error = await refused(altered)
    assert.strictEqual(
      error.reason,
      '"mask" does not have the SHA-256 that the header says: it was altered, or damaged'
    )
    assert.strictEqual(error.offset, encoded.length - 3)
  })

  it("in another tool's file, of which the tensors are still read", async () => {
    const { tensors } = await Effect.runPromise(decodeSafetensors("a file", encoded))
    const foreign = encodeSafetensors({ tensors, metadata: { format: "pt" } })
    assert.strictEqual(
      (await refused(foreign)).message,
      'a file, byte 8: a safetensors file, but no checkpoint: its metadata have no "residual"'
    )
    const read = await Effect.runPromise(decodeSafetensors("a file", foreign))
    assertSame({ header: every.header, tensors: read.tensors }, every)
  })

  it("where another tool has written it anew", async () => {
    const file = await Effect.runPromise(decodeSafetensors("a file", encoded))
    const { sha256, residual } = file.metadata as { readonly sha256: string; readonly residual: string }
    const reasons = [{ residual }, { residual, sha256 }, { sha256, residual, more: "" }].map(async (metadata) => {
      const error = await refused(encodeSafetensors({ tensors: file.tensors, metadata }))
      return error.reason
    })
    const altered = "its header does not have the SHA-256 that it says: it was altered, or damaged"
    assert.deepStrictEqual(await Promise.all(reasons), [altered, altered, altered])
  })

  it("in a later format than is known", async () => {
    const { header, tensors } = every
    const later = { header: { ...header, versions: { ...header.versions, format: 2 } }, tensors }
    const error = await refused(await Effect.runPromise(encodeCheckpoint("a file", later)))
    assert.strictEqual(error.message, "a file: a checkpoint of format 2, of which this version reads 1 only")
  })

  it.effect.each<readonly [string, Partial<CheckpointContents>, RegExp]>([
    ["an infinity in the run's state", { run: { best: Number.POSITIVE_INFINITY } }, /\["run"\]/],
    ["a tensor that is called as the metadata", { tensors: { __metadata__: Tensor.make(1) } }, /"__metadata__"/],
    ["what is no JSON in the configuration", { configuration: { at: undefined as never } }, /\["configuration"\]/],
    ["a step that is not whole", { step: 1.5 }, /\["step"\]/],
    ["a key that is none", { key: [1, -1] }, /\["key"\]\[1\]/]
  ])("before it is written, with %s", ([, part, where]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(encodeCheckpoint("a file", makeCheckpoint({ ...contents, ...part })))
      assert.strictEqual(error._tag, "CheckpointError")
      assert.match(error.message, /^a file: /)
      assert.match(error.message, where)
    })
  )

  it("where nothing computes its hash, which is told", async () => {
    vi.stubGlobal("crypto", {})
    try {
      const error = await refused(encoded)
      assert.match(error.message, /^a file: nothing here computes its SHA-256: pages have crypto.subtle only/)
    } finally {
      vi.unstubAllGlobals()
    }
  })
})
