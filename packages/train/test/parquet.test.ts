import { readFileSync } from "node:fs"
import { Worker } from "node:worker_threads"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer"
import { Bytes, mapInWorkers, Read, stalledAfter, tableFromRows } from "../src/index.ts"

const file = (name: string) => new Uint8Array(readFileSync(new URL(`./fixtures/data/${name}.parquet`, import.meta.url)))

const flowers = [
  { length: 1.5, width: 1, petals: 5, kind: "rose", isWild: true, colour: [1, 0, 0] },
  { length: 2.25, width: 2, petals: 6, kind: "daisy", isWild: false, colour: [0, 1, 0] },
  { length: 3, width: 3, petals: 7, kind: "rose", isWild: true, colour: [1, 0, 0] },
  { length: 4.75, width: 4, petals: 8, kind: "tulip", isWild: true, colour: [1, 1, 0] },
  { length: 5.5, width: 5, petals: -9, kind: "daisy", isWild: false, colour: [0, 1, 0] }
]

describe("tables in Parquet, as Apache Arrow writes them", () => {
  it.live.each(["none", "snappy", "gzip", "zstd"])("are their rows, packed with %s", (packing) =>
    Effect.gen(function* () {
      const rows = yield* Stream.runCollect(Read.parquet(Bytes.of("t", file(`flowers.${packing}`))))
      assert.deepStrictEqual(rows, flowers)
    })
  )

  it.live("are read column by column, and become what a schema makes of their rows", () =>
    Effect.gen(function* () {
      const schema = Schema.Struct({ petals: Schema.Int, kind: Schema.Literals(["rose", "daisy", "tulip"]) })
      const bytes = Bytes.of("t", file("flowers.none"))
      const rows = yield* Stream.runCollect(Read.parquet(bytes, { columns: ["petals", "kind"], schema }))
      assert.deepStrictEqual(
        rows,
        flowers.map(({ petals, kind }) => ({ petals, kind }))
      )
    })
  )

  it.live("become tables", () =>
    Effect.gen(function* () {
      const bytes = Bytes.of("t", file("flowers.snappy"))
      const table = yield* tableFromRows("t", Read.parquet(bytes, { columns: ["length", "kind", "isWild"] }))
      assert.deepStrictEqual(table, {
        source: "t",
        rows: 5,
        columns: {
          length: { kind: "numbers", values: Float64Array.of(1.5, 2.25, 3, 4.75, 5.5) },
          kind: { kind: "classes", classes: ["daisy", "rose", "tulip"], values: Int32Array.of(1, 0, 1, 2, 0) },
          isWild: { kind: "classes", classes: ["false", "true"], values: Int32Array.of(1, 0, 1, 1, 0) }
        }
      })
    })
  )

  it.live("may have no rows", () =>
    Effect.gen(function* () {
      const rows = Read.parquet(Bytes.of("t", file("empty")))
      assert.deepStrictEqual(yield* Stream.runCollect(rows), [])
      assert.strictEqual((yield* Effect.flip(tableFromRows("t", rows))).message, "t: it has no rows")
    })
  )

  it.live("fail at the row whose integer no number is", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Stream.runDrain(Read.parquet(Bytes.of("t", file("gaps")))))
      assert.strictEqual(error.message, "t, row 1: the integer 1152921504606846976 is beyond 53 bits")
    })
  )

  it.live("fail at the row that the schema does not accept, and where a value is missing", () =>
    Effect.gen(function* () {
      const bytes = Bytes.of("t", file("gaps"))
      const schema = Schema.Struct({ x: Schema.Finite })
      const error = yield* Effect.flip(Stream.runDrain(Read.parquet(bytes, { columns: ["x"], schema })))
      assert.match(error.message, /^t, row 1: Expected number/)
      const missing = yield* Effect.flip(tableFromRows("t", Read.parquet(bytes, { columns: ["x"] })))
      assert.strictEqual(missing.message, 't, row 1: no value for "x"')
    })
  )

  it.live("are refused for a column that they lack", () =>
    Effect.gen(function* () {
      const rows = Read.parquet(Bytes.of("t", file("gaps")), { columns: ["x", "y"] })
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(rows))).message, 't: no column "y"; there are x, id')
    })
  )

  it.live("are refused where they are empty, of another format, or damaged", () =>
    Effect.gen(function* () {
      const refused = (bytes: Uint8Array) =>
        Effect.map(Effect.flip(Stream.runDrain(Read.parquet(Bytes.of("t", bytes)))), ({ message }) => message)
      assert.strictEqual(yield* refused(new Uint8Array(0)), "t: it is empty")
      assert.match(yield* refused(new TextEncoder().encode("a,b\n1,2\n3,4\n")), /^t: it is no whole Parquet: /)
      const damaged = file("flowers.none")
      damaged.fill(0xff, 4, 40)
      assert.match(yield* refused(damaged), /^t, rows 0 to 2: it is no whole Parquet: /)
    })
  )

  it.live("are refused wherever they are cut off", () =>
    Effect.gen(function* () {
      const whole = file("flowers.snappy")
      for (let length = 0; length < whole.length; length += 7) {
        const error = yield* Effect.flip(Stream.runDrain(Read.parquet(Bytes.of("t", whole.subarray(0, length)))))
        assert.strictEqual(error.source, "t")
      }
    })
  )
})

/** What a worker makes of a file. */
const Outcome = Schema.Union([
  Schema.Struct({ rows: Schema.Array(Schema.Record(Schema.String, Schema.Unknown)) }),
  Schema.Struct({ isRefused: Schema.Boolean, reason: Schema.String })
])

const numbers = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "x", data: [1, 2, 3], type: "INT32" }] }))

/** Rows of every encoding that is read, with gaps, in several groups and pages. */
const encoded = (count: number, codec: "UNCOMPRESSED" | "SNAPPY") => {
  const at = <A>(make: (row: number) => A) => Array.from({ length: count }, (_, row) => make(row))
  const gaps = <A>(make: (row: number) => A) => at((row) => (row % 7 === 3 ? null : make(row)))
  const columnData: ReadonlyArray<ColumnSource> = [
    { name: "plain", data: at((row) => row * 0.5), type: "DOUBLE", encoding: "PLAIN" },
    { name: "split", data: gaps((row) => row / 4), type: "FLOAT", encoding: "BYTE_STREAM_SPLIT" },
    { name: "few", data: gaps((row) => `kind ${(row * row) % 11}`), type: "STRING", encoding: "RLE_DICTIONARY" },
    { name: "deltas", data: at((row) => row * row - 9 * row), type: "INT32", encoding: "DELTA_BINARY_PACKED" },
    { name: "long", data: gaps((row) => BigInt(row * 3)), type: "INT64", encoding: "DELTA_BINARY_PACKED" },
    { name: "texts", data: at((row) => "a".repeat(row % 5)), type: "STRING", encoding: "DELTA_LENGTH_BYTE_ARRAY" },
    { name: "names", data: gaps((row) => `name ${row}`), type: "STRING", encoding: "DELTA_BYTE_ARRAY" },
    { name: "truths", data: at((row) => row % 3 === 0), type: "BOOLEAN", encoding: "RLE" }
  ]
  const options = { columnData: [...columnData], codec, rowGroupSize: Math.ceil(count / 2), pageSize: 1000 }
  const rows = at((row) =>
    Object.fromEntries(
      columnData.map(({ name, data }) => {
        const value: unknown = data[row]
        return [name, typeof value === "bigint" ? Number(value) : value]
      })
    )
  )
  return { file: new Uint8Array(parquetWriteBuffer(options)), rows }
}

describe("tables in Parquet of every encoding", () => {
  it.live.each([
    ["UNCOMPRESSED", 1],
    ["UNCOMPRESSED", 5000],
    ["SNAPPY", 5000]
  ] as const)("are their rows: %s, %i", ([codec, count]) =>
    Effect.gen(function* () {
      const { file, rows } = encoded(count, codec)
      assert.deepStrictEqual(yield* Stream.runCollect(Read.parquet(Bytes.of("t", file))), rows)
    })
  )
})

describe("tables in Parquet with a damaged byte", () => {
  it.live.each([
    ["of numbers", numbers, 3, 1],
    ["of lists, texts and truths", file("flowers.none"), 5, 3],
    ["with gaps, by Snappy", file("flowers.snappy"), 5, 7],
    ["of every encoding", encoded(40, "UNCOMPRESSED").file, 40, 7]
  ] as const)(
    "are refused, or have all their rows: %s",
    ([, whole, count, step]) =>
      Effect.gen(function* () {
        const damaged = Array.from({ length: whole.length }, (_, at) => at)
          .filter((at) => at % step === 0)
          .flatMap((at) => [0xff, 0x01].map((change) => ({ at, change })))
          .map(({ at, change }) => whole.map((byte, place) => (place === at ? byte ^ change : byte)))
        const outcomes = mapInWorkers(Stream.fromIterable(damaged), {
          source: "damaged",
          workers: 1,
          worker: () => new Worker(new URL("./workers/parquet.ts", import.meta.url)),
          schema: Outcome
        })
        const seen = yield* Stream.runCollect(stalledAfter(outcomes, { source: "damaged", after: "10 seconds" }))
        assert.strictEqual(seen.length, damaged.length)
        for (const [at, outcome] of seen.entries()) {
          const where = `damage ${at}`
          if ("isRefused" in outcome) assert.isTrue(outcome.isRefused, `${where}: ${outcome.reason}`)
          else {
            assert.strictEqual(outcome.rows.length, count, where)
            for (const row of outcome.rows) {
              assert.isAbove(Object.keys(row).length, 0, where)
              assert.isFalse(Object.values(row).includes(undefined), where)
            }
          }
        }
      }),
    120_000
  )

  it.live("are refused where a page's size is negative, which once went on for ever", () =>
    Effect.gen(function* () {
      const damaged = numbers.map((byte, at) => (at === 20 ? byte ^ 0xff : byte))
      const error = yield* Effect.flip(Stream.runDrain(Read.parquet(Bytes.of("t", damaged))))
      assert.match(error.message, /^t, rows 0 to 2: it is no whole Parquet: /)
    })
  )
})

describe("tables of rows", () => {
  it.effect.each<readonly [name: string, rows: ReadonlyArray<unknown>, message: string]>([
    ["another column", [{ x: 1 }, { x: 1, y: 2 }], 't, row 1: it has a column "y", which the first row has not'],
    ["a missing column", [{ x: 1, y: 2 }, { x: 1 }], 't, row 1: no value for "y"'],
    ["an empty text", [{ x: "" }], 't, row 0: no value for "x"'],
    [
      "a number that is not finite",
      [{ x: 1 }, { x: Number.NaN }],
      't, row 1: the value for "x" is neither a finite number nor a text: NaN'
    ],
    ["a list", [{ x: [1] }], 't, row 0: the value for "x" is neither a finite number nor a text: 1'],
    ["what is no record", [{ x: 1 }, 5], "t, row 1: it is no record of columns"]
  ])("are refused for %s", ([, rows, message]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(tableFromRows("t", Stream.fromIterable(rows)))).message, message)
    })
  )
})
