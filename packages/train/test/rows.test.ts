import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { Tensor } from "@residual/backends"
import { HostRandom } from "@residual/core"
import { Effect, Stream } from "effect"
import { type Batch, DataError, prefetch, Rows, SettingError } from "../src/index.ts"
import { outcome } from "./chunked.ts"

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, at) => at)
const values = (batch: Batch | undefined, name: string): ReadonlyArray<number> =>
  Array.from(Tensor.toTypedArray(batch?.[name] as Tensor.Tensor))
const collect = <A>(stream: Stream.Stream<A, DataError>): ReadonlyArray<A> => Effect.runSync(Stream.runCollect(stream))
const keys = fc.integer().map(HostRandom.keyFromSeed)
/** Rows that come in pieces of a size. */
const inChunks = <A>(rows: ReadonlyArray<A>, size: number): Stream.Stream<A> =>
  Stream.fromIterable(rows).pipe(Stream.rechunk(size))

const sizes = { count: fc.integer({ min: 1, max: 40 }), batch: fc.integer({ min: 1, max: 12 }) }
const chunk = fc.integer({ min: 1, max: 7 })

describe("batches of rows", () => {
  const columns = { number: { dtype: "i32", shape: [] }, pair: { dtype: "f32", shape: [2] } } as const
  const row = (number: number): Rows.Row => ({
    number,
    pair: number % 2 === 0 ? [number, 0.5] : Float32Array.of(number, 0.5)
  })

  test.prop([fc.record({ ...sizes, chunk })])(
    "hold every row once, in order, the last padded by rows of weight 0",
    ({ count, batch, chunk }) => {
      const made = collect(Rows.batches(inChunks(upTo(count).map(row), chunk), { source: "t", batch, columns }))
      const known = made.flatMap((each) => {
        const weights = values(each, "weights")
        assert.strictEqual(weights.length, batch)
        return values(each, "number").filter((_, at) => weights[at] === 1)
      })
      assert.deepStrictEqual(known, upTo(count))
      assert.strictEqual(made.length, Math.ceil(count / batch))
      const last = made.at(-1)
      const padding = values(last, "weights").filter((weight) => weight === 0)
      assert.strictEqual(padding.length, made.length * batch - count)
      assert.deepStrictEqual(
        values(last, "pair").slice((batch - padding.length) * 2),
        padding.flatMap(() => [values(last, "number")[0] as number, 0.5])
      )
    }
  )

  test.prop([fc.record({ ...sizes, chunk })])("are all full, where the rest is dropped", ({ count, batch, chunk }) => {
    fc.pre(count >= batch)
    const rows = inChunks(upTo(count).map(row), chunk)
    const made = collect(Rows.batches(rows, { source: "t", batch, columns, last: "drop" }))
    assert.deepStrictEqual(
      made.flatMap((each) => values(each, "number")),
      upTo(count - (count % batch))
    )
    assert.isTrue(made.every((each) => values(each, "weights").every((weight) => weight === 1)))
  })

  it("keep the rows' own weights, and give padding none", () => {
    const rows = Stream.make({ x: 1, weights: [2, 3] }, { x: 2, weights: [0, 1] }, { x: 3, weights: [4, 5] })
    const types = { x: { dtype: "f32", shape: [] }, weights: { dtype: "f32", shape: [2] } } as const
    const made = collect(Rows.batches(rows, { source: "t", batch: 2, columns: types }))
    assert.deepStrictEqual(
      made.map((each) => values(each, "weights")),
      [
        [2, 3, 0, 1],
        [4, 5, 0, 0]
      ]
    )
    assert.deepStrictEqual(
      made.map((each) => values(each, "x")),
      [
        [1, 2],
        [3, 3]
      ]
    )
  })

  const refused: ReadonlyArray<readonly [name: string, rows: ReadonlyArray<Rows.Row>, message: string]> = [
    ["no rows", [], "t: it has no rows"],
    ["a value that is missing", [row(0), row(1), { number: 1 }], 't, row 2, column "pair": it has no value'],
    [
      "a value of another shape",
      [{ number: 1, pair: [1, 2, 3] }],
      't, row 0, column "pair": its value is not of shape [2]'
    ],
    [
      "a typed array of another length",
      [{ number: 1, pair: Float32Array.of(1) }],
      't, row 0, column "pair": its value is not of shape [2]'
    ],
    [
      "a number that the type does not hold",
      [row(0), { number: 0.5, pair: [1, 2] }],
      't, row 1, column "number": it has 0.5, not whole values from -2147483648 to 2147483647'
    ]
  ]
  it.each(refused)("are refused for %s", (_, rows, message) => {
    assert.strictEqual(outcome(Rows.batches(Stream.fromIterable(rows), { source: "t", batch: 2, columns }))[1], message)
  })

  // As JSON has them, whatever a row's type says.
  const strange: ReadonlyArray<readonly [value: unknown, dtype: "f32" | "i32" | "bool", shown: string]> = [
    ["7", "f32", 'it has "7", not a number'],
    [null, "f32", "it has null, not a number"],
    [true, "f32", "it has true, not a number"],
    [{ length: 0 }, "f32", "it has an object, not a number"],
    [7n, "f32", "it has 7, not a number"],
    [BigInt64Array.of(7n), "f32", "it has an object, not a number"],
    [1e300, "f32", "it has 1e+300, which is beyond f32"],
    [-3.5e38, "f32", "it has -3.5e+38, which is beyond f32"],
    [null, "i32", "it has null, not whole values from -2147483648 to 2147483647"],
    ["true", "bool", 'it has "true", not whole values from 0 to 1']
  ]
  it.each(strange)("are refused for %s as %s", (value, dtype, reason) => {
    const read = (x: unknown, shape: ReadonlyArray<number>) =>
      outcome(
        Rows.batches(Stream.make({ x: shape.length === 0 ? 1 : [1, 1] }, { x } as Rows.Row), {
          source: "t",
          batch: 2,
          columns: { x: { dtype, shape } }
        })
      )[1]
    assert.strictEqual(read(value, []), `t, row 1, column "x": ${reason}`)
    assert.strictEqual(read([1, value], [2]), `t, row 1, column "x": ${reason}`)
  })

  it("take true and false where that is meant", () => {
    const options = { source: "t", batch: 2, columns: { x: { dtype: "bool", shape: [] } } } as const
    const [made] = collect(Rows.batches(Stream.make({ x: true }, { x: 0 }), options))
    assert.deepStrictEqual(values(made, "x"), [1, 0])
  })

  it("are refused for a row that is none", () => {
    for (const none of [null, 7, "x"]) {
      const rows = Stream.make(row(0), none as unknown as Rows.Row)
      const [, failure] = outcome(Rows.batches(rows, { source: "t", batch: 2, columns }))
      assert.strictEqual(failure, "t, row 1: it is no record of columns")
    }
  })

  it("are refused for ragged values", () => {
    const rows = Stream.make({ x: [[1, 2], [3]] })
    const [, failure] = outcome(
      Rows.batches(rows, { source: "t", batch: 1, columns: { x: { dtype: "f32", shape: [2, 2] } } })
    )
    assert.match(failure ?? "", /^t, row 0, column "x": .*ragged/)
  })

  it("are refused where all rows would be dropped", () => {
    const options = { source: "t", batch: 3, columns, last: "drop" } as const
    const [, failure] = outcome(Rows.batches(Stream.make(row(0), row(1)), options))
    assert.strictEqual(failure, "t: it has 2 rows, fewer than a batch of 3")
  })

  it("fail as the rows do, after the batches before", () => {
    const failure = new DataError({ source: "rows.csv", line: 5, offset: 40, reason: "no value" })
    const rows = Stream.concat(inChunks(upTo(5).map(row), 2), Stream.fail(failure))
    const [made, message] = outcome(Rows.batches(rows, { source: "t", batch: 2, columns }))
    assert.strictEqual(made.length, 2)
    assert.strictEqual(message, failure.message)
  })

  it("have a whole number of rows", () => {
    assert.throws(() => Rows.batches(Stream.empty, { source: "t", batch: 0, columns }), SettingError)
  })
})

describe("shuffled rows", () => {
  const given = fc.record({
    count: fc.integer({ min: 0, max: 60 }),
    buffer: fc.integer({ min: 1, max: 70 }),
    key: keys,
    chunk
  })

  test.prop([given])("are the same rows, none more than a buffer ahead", ({ count, buffer, key, chunk }) => {
    const rows = collect(Rows.shuffle(inChunks(upTo(count), chunk), { buffer, key }))
    assert.deepStrictEqual(
      rows.toSorted((a, b) => a - b),
      upTo(count)
    )
    for (const [at, row] of rows.entries()) assert.isBelow(row, at + buffer)
  })

  test.prop([given])("are in an order that only their key decides", ({ count, buffer, key, chunk }) => {
    assert.deepStrictEqual(
      collect(Rows.shuffle(inChunks(upTo(count), chunk), { buffer, key })),
      collect(Rows.shuffle(inChunks(upTo(count), 1), { buffer, key }))
    )
  })

  it("come in every order alike, where the buffer holds them all", () => {
    const counts = new Map<string, number>()
    const draws = 6000
    for (let seed = 0; seed < draws; seed++) {
      const order = collect(Rows.shuffle(Stream.make(0, 1, 2), { buffer: 3, key: HostRandom.keyFromSeed(seed) })).join()
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    assert.strictEqual(counts.size, 6)
    // The 0.9999 quantile of the chi-squared distribution with 5 degrees of freedom.
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - draws / 6) ** 2 / (draws / 6), 0)
    assert.isBelow(chiSquared, 25.75)
  })

  it("hold no more of an endless stream than their buffer", () => {
    let made = 0
    const endless = Stream.map(
      Stream.iterate(0, (at) => at + 1),
      (at) => {
        made++
        return at
      }
    ).pipe(Stream.rechunk(1))
    const key = HostRandom.keyFromSeed(0)
    collect(Stream.take(Rows.shuffle(endless, { buffer: 10, key }), 5))
    assert.strictEqual(made, 15)
  })

  it("fail as the rows do, after those that were drawn", () => {
    const failure = new DataError({ source: "t", line: 3, reason: "it is damaged" })
    const rows = Stream.concat(Stream.make(1, 2, 3, 4), Stream.fail(failure))
    const [drawn, message] = outcome(Rows.shuffle(rows, { buffer: 2, key: HostRandom.keyFromSeed(0) }))
    assert.strictEqual(drawn.length, 2)
    assert.strictEqual(message, failure.message)
  })

  it("have a buffer", () => {
    assert.throws(() => Rows.shuffle(Stream.empty, { buffer: 0, key: HostRandom.keyFromSeed(0) }), SettingError)
    assert.throws(() => prefetch(Stream.empty, { ahead: 0 }), SettingError)
  })
})

describe("epochs of rows", () => {
  test.prop([fc.record({ count: fc.integer({ min: 1, max: 20 }), key: keys })])(
    "hold every row once, each in an order of its own",
    ({ count, key }) => {
      const rowsOf = (epoch: number) =>
        Rows.shuffle(Stream.range(0, count - 1), { buffer: count, key: HostRandom.foldIn(key, epoch) })
      const rows = collect(Stream.take(Rows.epochs(rowsOf, { source: "t" }), 3 * count))
      for (const epoch of [0, 1, 2]) {
        const seen = rows.slice(epoch * count, (epoch + 1) * count)
        assert.deepStrictEqual(seen, collect(rowsOf(epoch)))
        assert.deepStrictEqual(
          seen.toSorted((a, b) => a - b),
          upTo(count)
        )
      }
    }
  )

  it("are refused where one has no rows, which would go on for ever", () => {
    assert.strictEqual(outcome(Rows.epochs(() => Stream.empty, { source: "t" }))[1], "t, epoch 0: it has no rows")
  })
})
