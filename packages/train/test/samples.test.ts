import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { Tensor } from "@residual/backends"
import { HostRandom } from "@residual/core"
import { Effect, Stream } from "effect"
import {
  type Batch,
  type DataError,
  Samples,
  SettingError,
  shuffledRows,
  shuffledWindows,
  tableFromCsv
} from "../src/index.ts"

const elements = (batch: Batch | undefined, name: string): ReadonlyArray<number> =>
  Array.from(Tensor.toTypedArray(batch?.[name] as Tensor.Tensor))

/** The values of the rows that count, batch by batch. */
const known = (batches: ReadonlyArray<Batch>, name: string): ReadonlyArray<ReadonlyArray<number>> =>
  batches.map((batch) => {
    const weights = elements(batch, "weights")
    return elements(batch, name).filter((_, row) => weights[row] !== 0)
  })

const sorted = (values: ReadonlyArray<number>): ReadonlyArray<number> => values.toSorted((a, b) => a - b)
const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, at) => at)
const numbered = (count: number) => Effect.runSync(Samples.fromArrays({ number: Int32Array.from(upTo(count)) }))
const collect = (stream: Stream.Stream<Batch, DataError>, count = Number.POSITIVE_INFINITY) =>
  Effect.runSync(Stream.runCollect(Stream.take(stream, count)))

const sizes = { count: fc.integer({ min: 1, max: 40 }), batch: fc.integer({ min: 1, max: 12 }) }
const keys = fc.integer().map(HostRandom.keyFromSeed)
const lasts = fc.constantFrom("across", "pad", "drop" as const)

describe("shuffled batches", () => {
  test.prop([fc.record({ ...sizes, key: keys })])(
    "give every sample once an epoch, across batches, without materialising an order",
    ({ count, batch, key }) => {
      const epochs = 3
      const batches = collect(
        Samples.shuffledBatches(numbered(count), { batch, key }),
        Math.ceil((epochs * count) / batch)
      )
      const seen = batches.flatMap((each) => elements(each, "number"))
      for (const epoch of upTo(epochs)) {
        assert.deepStrictEqual(sorted(seen.slice(epoch * count, (epoch + 1) * count)), upTo(count))
      }
    }
  )

  test.prop([fc.record({ ...sizes, key: keys })])(
    "give every sample once an epoch, with the last batch padded by rows of weight 0",
    ({ count, batch, key }) => {
      const perEpoch = Math.ceil(count / batch)
      const batches = collect(Samples.shuffledBatches(numbered(count), { batch, key, last: "pad" }), 3 * perEpoch)
      for (const epoch of [0, 1, 2]) {
        const seen = known(batches.slice(epoch * perEpoch, (epoch + 1) * perEpoch), "number")
        assert.deepStrictEqual(sorted(seen.flat()), upTo(count))
        assert.deepStrictEqual(
          seen.map(({ length }) => length),
          upTo(perEpoch).map((at) => Math.min(batch, count - at * batch))
        )
      }
    }
  )

  test.prop([fc.record({ ...sizes, key: keys })])(
    "give full batches of an epoch's samples, none twice, where its rest is dropped",
    ({ count, batch, key }) => {
      fc.pre(count >= batch)
      const perEpoch = Math.floor(count / batch)
      const batches = collect(Samples.shuffledBatches(numbered(count), { batch, key, last: "drop" }), 3 * perEpoch)
      for (const epoch of [0, 1, 2]) {
        const seen = batches.slice(epoch * perEpoch, (epoch + 1) * perEpoch).flatMap((each) => elements(each, "number"))
        assert.strictEqual(new Set(seen).size, perEpoch * batch)
      }
    }
  )

  it("begin with a batch that there is", () => {
    const key = HostRandom.keyFromSeed(0)
    const table = Effect.runSync(tableFromCsv("t", "x,y\n1,2\n"))
    for (const from of [-1, 0.5, Number.NaN, 2 ** 53]) {
      const options = { batch: 1, key, from }
      const message = `from is ${from}; expected a whole number, 0 or more`
      assert.throws(() => Samples.shuffledBatches(numbered(3), options), SettingError, message)
      assert.throws(() => shuffledRows(table, { features: ["x"], target: "y", ...options }), SettingError, message)
      assert.throws(() => shuffledWindows(Int32Array.of(1, 2, 3), { context: 1, ...options }), SettingError, message)
    }
  })

  test.prop([fc.record({ ...sizes, key: keys, last: lasts, from: fc.integer({ min: 0, max: 30 }) })])(
    "go on from any batch as if they had never stopped",
    ({ count, batch, key, last, from }) => {
      fc.pre(last !== "drop" || count >= batch)
      const options = { batch, key, last }
      const whole = collect(Samples.shuffledBatches(numbered(count), options), from + 5)
      assert.deepStrictEqual(
        collect(Samples.shuffledBatches(numbered(count), { ...options, from }), 5),
        whole.slice(from)
      )
    }
  )
})

describe("ordered batches", () => {
  test.prop([fc.record(sizes)])("give every sample in order and once, in batches of one shape", ({ count, batch }) => {
    const batches = collect(Samples.orderedBatches(numbered(count), { batch }))
    assert.deepStrictEqual(known(batches, "number").flat(), upTo(count))
    for (const { number, weights } of batches) {
      assert.deepStrictEqual(number?.type, { dtype: "i32", shape: [batch] })
      assert.deepStrictEqual(weights?.type, { dtype: "f32", shape: [batch] })
    }
  })

  it("pad with a sample that there is, so that no model makes NaN of padding", () => {
    const samples = Effect.runSync(Samples.fromArrays({ x: [[3, 4]] }))
    const [batch] = collect(Samples.orderedBatches(samples, { batch: 3 }))
    assert.deepStrictEqual(elements(batch, "x"), [3, 4, 3, 4, 3, 4])
    assert.deepStrictEqual(elements(batch, "weights"), [1, 0, 0])
  })

  it("keep the weights that samples have, and weigh padding with 0 all the same", () => {
    const samples = Effect.runSync(
      Samples.fromArrays({
        x: [1, 2, 3],
        weights: [
          [0.5, 2],
          [1, 1],
          [3, 4]
        ]
      })
    )
    const batches = collect(Samples.orderedBatches(samples, { batch: 2 }))
    assert.deepStrictEqual(
      batches.map((batch) => elements(batch, "weights")),
      [
        [0.5, 2, 1, 1],
        [3, 4, 0, 0]
      ]
    )
  })
})

describe("samples from arrays", () => {
  it("scale bytes to floats, and give numbers as the types that batches are to have", () => {
    const samples = Effect.runSync(
      Samples.fromArrays({
        images: { shape: [2, 1, 2], elements: Uint8Array.of(0, 255, 51, 0), dtype: "f32", scale: 2 / 255, shift: -1 },
        exact: { shape: [2], elements: Float64Array.of(0.1, 0.2), dtype: "f64" },
        rounded: Float64Array.of(0.1, 0.2),
        classes: Uint8Array.of(3, 200),
        unsigned: Uint32Array.of(1, 4_294_967_295),
        flags: [true, false]
      })
    )
    const [batch] = collect(Samples.orderedBatches(samples, { batch: 2 }))
    const types = Object.fromEntries(Object.entries(batch ?? {}).map(([name, { type }]) => [name, type]))
    assert.deepStrictEqual(types, {
      images: { dtype: "f32", shape: [2, 1, 2] },
      exact: { dtype: "f64", shape: [2] },
      rounded: { dtype: "f32", shape: [2] },
      classes: { dtype: "i32", shape: [2] },
      unsigned: { dtype: "u32", shape: [2] },
      flags: { dtype: "bool", shape: [2] },
      weights: { dtype: "f32", shape: [2] }
    })
    assert.deepStrictEqual(elements(batch, "images"), [-1, 1, Math.fround((51 * 2) / 255 - 1), -1])
    assert.deepStrictEqual(elements(batch, "exact"), [0.1, 0.2])
    assert.deepStrictEqual(elements(batch, "rounded"), [Math.fround(0.1), Math.fround(0.2)])
    assert.deepStrictEqual(elements(batch, "classes"), [3, 200])
    assert.deepStrictEqual(elements(batch, "unsigned"), [1, 4_294_967_295])
    assert.deepStrictEqual(elements(batch, "flags"), [1, 0])
  })

  const refused: ReadonlyArray<readonly [name: string, columns: Parameters<typeof Samples.fromArrays>[0], RegExp]> = [
    ["no columns", {}, /^d: it has no columns$/],
    ["columns of unequal length", { x: [1, 2], y: [1, 2, 3] }, /^d, column "y": it has 3 rows, "x" has 2$/],
    ["ragged rows", { x: [[1, 2], [3]] }, /^d, column "x": .*ragged/],
    [
      "elements that do not fill their shape",
      { x: { shape: [2, 2], elements: Float32Array.of(1, 2, 3) } },
      /^d, column "x": 3 elements do not make rows of shape \[2,2\]$/
    ],
    [
      "a number that its type does not hold",
      { y: { shape: [2, 2], elements: Float32Array.of(1, 2, 3.5, 4), dtype: "i32" } },
      /^d, column "y": row 1 has 3.5, not whole values from/
    ]
  ]
  it.effect.each(refused)("refuse %s", ([, columns, message]) =>
    Effect.gen(function* () {
      assert.match((yield* Effect.flip(Samples.fromArrays(columns, { source: "d" }))).message, message)
    })
  )
})

describe("parts of samples", () => {
  it("are slices, counted from either end", () => {
    const numbersOf = (samples: Samples.Samples) =>
      known(collect(Samples.orderedBatches(samples, { batch: 4 })), "number").flat()
    const samples = numbered(10)
    assert.deepStrictEqual(numbersOf(Samples.slice(samples, 2, 5)), [2, 3, 4])
    assert.deepStrictEqual(numbersOf(Samples.slice(samples, -3)), [7, 8, 9])
    assert.deepStrictEqual(numbersOf(Samples.slice(samples, 8, 20)), [8, 9])
    assert.deepStrictEqual(numbersOf(Samples.slice(Samples.slice(samples, 2), 1, -1)), [3, 4, 5, 6, 7, 8])
    assert.strictEqual(Samples.slice(samples, 5, 2).count, 0)
  })

  it("begin and end at whole numbers", () => {
    const samples = numbered(10)
    assert.throws(
      () => Samples.slice(samples, Number.NaN),
      SettingError,
      "Samples.slice: from is NaN; expected a whole"
    )
    assert.throws(() => Samples.slice(samples, 0.5, 3), SettingError, "from is 0.5")
    assert.throws(() => Samples.slice(samples, 0, 2.5), SettingError, "to is 2.5")
  })

  test.prop([
    fc.record({ count: fc.integer({ min: 2, max: 60 }), part: fc.double({ min: 0, max: 1, noNaN: true }), key: keys })
  ])("are split into samples to learn from and others, each in one of the two", ({ count, part, key }) => {
    const heldOut = 1 + Math.floor(part * (count - 2))
    const split = Effect.runSync(Samples.split(numbered(count), { heldOut, key }))
    const of = (samples: Samples.Samples) =>
      known(collect(Samples.orderedBatches(samples, { batch: 7 })), "number").flat()
    assert.strictEqual(split.heldOut.count, heldOut)
    assert.deepStrictEqual(sorted([...of(split.learned), ...of(split.heldOut)]), upTo(count))
  })

  it.effect("are not split where nothing would be left of one", () =>
    Effect.gen(function* () {
      for (const heldOut of [0, 10, -1, 2.5]) {
        const error = yield* Effect.flip(Samples.split(numbered(10), { heldOut, key: HostRandom.keyFromSeed(0) }))
        assert.strictEqual(
          error.message,
          `the arrays: of its 10 samples ${heldOut} cannot be held out: there must be some of each`
        )
      }
    })
  )
})

describe("bad samples", () => {
  const key = HostRandom.keyFromSeed(0)
  const failure = (stream: Stream.Stream<Batch, DataError>) =>
    Effect.map(Effect.flip(Stream.runDrain(stream)), ({ message }) => message)

  it.effect("are refused where there are none, or too few for a batch", () =>
    Effect.gen(function* () {
      const none = numbered(0)
      assert.strictEqual(yield* failure(Samples.orderedBatches(none, { batch: 2 })), "the arrays: it has no samples")
      assert.strictEqual(
        yield* failure(Samples.shuffledBatches(none, { batch: 2, key })),
        "the arrays: it has no samples"
      )
      assert.strictEqual(
        yield* failure(Samples.shuffledBatches(numbered(3), { batch: 4, key, last: "drop" })),
        "the arrays: it has 3 samples, fewer than a batch of 4"
      )
      assert.strictEqual(
        yield* failure(Samples.orderedBatches(numbered(3), { batch: 0 })),
        "the arrays: a batch has a whole number of rows from 1, not 0"
      )
    })
  )

  it.effect("are refused for a class out of range, by the row that has it", () =>
    Effect.gen(function* () {
      const many = Int32Array.from({ length: 5000 }, (_, row) => (row === 4321 ? -1 : row % 10))
      const samples = yield* Samples.fromArrays({ targets: many }, { source: "digits" })
      const error = yield* Effect.flip(Samples.checkClasses(samples, { classes: 10 }))
      assert.strictEqual(
        error.message,
        'digits, column "targets", row 4321: the class -1 is none of 10, which are 0 to 9'
      )
      yield* Samples.checkClasses(samples, { classes: 10, ignored: -1 })
      const missing = yield* Effect.flip(Samples.checkClasses(samples, { classes: 10, column: "labels" }))
      assert.strictEqual(missing.message, 'digits: no column "labels"; there are targets')
    })
  )

  it.effect("are refused for a fractional class of a table", () =>
    Effect.gen(function* () {
      const table = yield* tableFromCsv("t", "x,y\n1,0\n2,1.5\n")
      const samples = yield* Samples.fromTable(table, { features: ["x"], target: "y" })
      const error = yield* Effect.flip(Samples.checkClasses(samples, { classes: 2 }))
      assert.strictEqual(error.message, 't, column "targets", row 1: the class 1.5 is none of 2, which are 0 to 1')
    })
  )
})
