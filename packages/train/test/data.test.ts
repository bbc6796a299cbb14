import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { HostRandom } from "@residual/core"
import { Effect, Stream } from "effect"
import {
  type Batch,
  decodeTokens,
  encodeText,
  orderedRows,
  orderedWindows,
  sampleAt,
  shuffledRows,
  shuffledWindows,
  tableFromCsv,
  tableFromRows,
  vocabularyOf
} from "../src/index.ts"

const key = HostRandom.keyFromSeed(7)
const tokens = Int32Array.from({ length: 23 }, (_, at) => at)
const collect = <E>(stream: Stream.Stream<Batch, E>, count: number) => Stream.runCollect(Stream.take(stream, count))
const elements = (batch: Batch | undefined, name: string): ReadonlyArray<number> =>
  Array.from(Tensor.toTypedArray(batch?.[name] as Tensor.Tensor))

describe("the order of samples", () => {
  it("visits every sample once an epoch, in another order each epoch and under each key", () => {
    const epoch = (number: number, of = key) =>
      Array.from({ length: 50 }, (_, at) => sampleAt(of, 50, number * 50 + at))
    const inOrder = Array.from({ length: 50 }, (_, at) => at)
    for (const order of [epoch(0), epoch(1), epoch(7)]) {
      assert.deepStrictEqual(
        order.toSorted((a, b) => a - b),
        inOrder
      )
      assert.notDeepEqual(order, inOrder)
    }
    assert.notDeepEqual(epoch(0), epoch(1))
    assert.notDeepEqual(epoch(0), epoch(0, HostRandom.keyFromSeed(8)))
    assert.deepStrictEqual(epoch(1), epoch(1))
  })
})

describe("text", () => {
  it.effect("decodes what was encoded, characters beyond the basic plane too", () =>
    Effect.gen(function* () {
      const text = "Call me 🐋 Ishmael.\n"
      const vocabulary = vocabularyOf(text)
      const encoded = yield* encodeText(vocabulary, text)
      assert.strictEqual(encoded.length, [...text].length)
      assert.strictEqual(decodeTokens(vocabulary, encoded), text)
      assert.strictEqual(vocabulary.characters.at(-1), "🐋")
    })
  )

  it.effect("refuses a character that is not in the vocabulary, and says where it is", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(encodeText(vocabularyOf("ab"), "abc"))
      assert.strictEqual(error.message, 'the text, character 3: "c" is not in the vocabulary')
    })
  )

  it.effect("gives each window once an epoch, with targets one token later", () =>
    Effect.gen(function* () {
      const batches = yield* collect(shuffledWindows(tokens, { context: 4, batch: 3, key }), 19)
      const starts = batches.flatMap((batch) => {
        const inputs = elements(batch, "inputs")
        assert.deepStrictEqual(
          elements(batch, "targets"),
          inputs.map((token) => token + 1)
        )
        return [0, 1, 2].map((row) => inputs[row * 4] as number)
      })
      const windows = tokens.length - 4
      for (const epoch of [0, 1, 2]) {
        const visited = starts.slice(epoch * windows, (epoch + 1) * windows).toSorted((a, b) => a - b)
        assert.deepStrictEqual(
          visited,
          Array.from({ length: windows }, (_, at) => at)
        )
      }
    })
  )

  it.effect("goes on where another run stopped", () =>
    Effect.gen(function* () {
      const whole = yield* collect(shuffledWindows(tokens, { context: 4, batch: 3, key }), 12)
      const rest = yield* collect(shuffledWindows(tokens, { context: 4, batch: 3, key, from: 9 }), 3)
      assert.deepStrictEqual(rest, whole.slice(9))
    })
  )

  it.effect("gives batches of one shape for a text shorter than a batch", () =>
    Effect.gen(function* () {
      const [batch] = yield* collect(shuffledWindows(tokens.subarray(0, 5), { context: 4, batch: 3, key }), 1)
      assert.deepStrictEqual(elements(batch, "inputs"), [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
    })
  )

  it.effect("covers a text in order with each token to predict counted once, whatever the batch", () =>
    Effect.gen(function* () {
      for (const batch of [1, 2, 4, 9]) {
        const batches = yield* Stream.runCollect(orderedWindows(tokens, { context: 5, batch }))
        const predicted = batches.flatMap((each) => {
          assert.deepStrictEqual(each["inputs"]?.type.shape, [batch, 5])
          const weights = elements(each, "weights")
          return elements(each, "targets").filter((_, at) => weights[at] === 1)
        })
        assert.deepStrictEqual(predicted, Array.from(tokens.subarray(1)))
      }
    })
  )

  it.effect("refuses a text that has no window", () =>
    Effect.gen(function* () {
      const short = shuffledWindows(tokens.subarray(0, 4), { context: 4, batch: 1, key })
      const error = yield* Effect.flip(Stream.runCollect(short))
      assert.strictEqual(error.message, "the text: it has 4 tokens, a context of 4 needs at least 5")
      assert.strictEqual(
        (yield* Effect.flip(Stream.runCollect(orderedWindows(new Int32Array(0), { context: 1, batch: 1 }))))._tag,
        "DataError"
      )
    })
  )
})

const flowers = 'length,"petal, width",kind\r\n1,2,rose\r\n3,4.5,daisy\n\n5,-6e-1,rose\n'

describe("tables", () => {
  it.effect("reads numbers and classes", () =>
    Effect.gen(function* () {
      const table = yield* tableFromCsv("flowers", flowers)
      assert.deepStrictEqual(table, {
        source: "flowers",
        rows: 3,
        columns: {
          length: { kind: "numbers", values: Float64Array.of(1, 3, 5) },
          "petal, width": { kind: "numbers", values: Float64Array.of(2, 4.5, -0.6) },
          kind: { kind: "classes", classes: ["daisy", "rose"], values: Int32Array.of(1, 0, 1) }
        }
      })
    })
  )

  const options = { features: ["petal, width", "length"], target: "kind" }

  it.effect("gives each row once an epoch", () =>
    Effect.gen(function* () {
      const table = yield* tableFromCsv("flowers", flowers)
      const batches = yield* collect(shuffledRows(table, { ...options, batch: 2, key }), 3)
      const lengths = batches.flatMap((batch) => elements(batch, "features").filter((_, at) => at % 2 === 1))
      assert.deepStrictEqual(lengths.slice(0, 3).toSorted(), [1, 3, 5])
      assert.deepStrictEqual(lengths.slice(3).toSorted(), [1, 3, 5])
      assert.deepStrictEqual(elements(batches[2], "weights"), [1, 1])
    })
  )

  it.effect("pads the last batch of an evaluation with rows of weight 0", () =>
    Effect.gen(function* () {
      const table = yield* tableFromCsv("flowers", flowers)
      const batches = yield* Stream.runCollect(orderedRows(table, { ...options, batch: 2 }))
      assert.strictEqual(batches.length, 2)
      assert.deepStrictEqual(elements(batches[1], "features"), [Math.fround(-0.6), 5, Math.fround(-0.6), 5])
      assert.deepStrictEqual(elements(batches[1], "targets"), [1, 1])
      assert.deepStrictEqual(elements(batches[1], "weights"), [1, 0])
    })
  )

  const refused: ReadonlyArray<readonly [name: string, text: string, message: string]> = [
    ["no rows", "a,b\n", "t: it has no rows"],
    ["nothing at all", "", "t: it has no rows"],
    ["a row that lacks a cell", "a,b\n1,2\n3\n", "t, line 3, byte 8: 1 cells for 2 columns"],
    ["an empty cell", "a,b\n1, \n", 't, line 2, byte 4: no value for "b"'],
    ["a name that stands twice", "a,a\n1,2\n", 't, line 1: two columns are named "a"']
  ]
  it.effect.each(refused)("refuses a table with %s", ([, text, message]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(tableFromCsv("t", text))).message, message)
    })
  )

  const asked = (right: string, name: string) => `, as ${right} are; if they are names: kinds: { "${name}": "classes" }`
  const mixed: ReadonlyArray<readonly [cell: string, text: string, message: string]> = [
    [
      "n/a",
      "a,b\n1,2\n3,n/a\n5,6\n",
      `t, line 3, byte 8, column "b": "n/a" is no finite number${asked("2 of 3", "b")}`
    ],
    ["1e999", "a\n1\n2\n1e999\n", `t, line 4, byte 6, column "a": "1e999" is no finite number${asked("2 of 3", "a")}`],
    ["one of two", "a\n1\nx\n", `t, line 3, byte 4, column "a": "x" is no finite number${asked("1 of 2", "a")}`]
  ]
  it.effect.each(mixed)("refuses %s among numbers", ([, text, message]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(tableFromCsv("t", text))).message, message)
    })
  )

  it.effect("takes numbers in other notations than decimals for names", () =>
    Effect.gen(function* () {
      const { columns } = yield* tableFromCsv("t", "code,number\n0x10,+1.5e3\n0b11,-.5\n")
      assert.deepStrictEqual(columns["code"], {
        kind: "classes",
        classes: ["0b11", "0x10"],
        values: Int32Array.of(1, 0)
      })
      assert.deepStrictEqual(columns["number"], { kind: "numbers", values: Float64Array.of(1500, -0.5) })
      const error = yield* Effect.flip(tableFromCsv("t", "a\n1\n2\n0x10\n"))
      assert.strictEqual(error.line, 4)
    })
  )

  it.effect("takes a few numbers among names for names", () =>
    Effect.gen(function* () {
      const { columns } = yield* tableFromCsv("t", "a\n1\nx\ny\n")
      assert.deepStrictEqual(columns["a"], {
        kind: "classes",
        classes: ["1", "x", "y"],
        values: Int32Array.of(0, 1, 2)
      })
    })
  )

  it.effect("has the kinds of columns that are asked for", () =>
    Effect.gen(function* () {
      const classes = yield* tableFromCsv("t", "a,b\n7,2\n7,4\nx,6\n", { kinds: { a: "classes", b: "numbers" } })
      assert.deepStrictEqual(classes.columns, {
        a: { kind: "classes", classes: ["7", "x"], values: Int32Array.of(0, 0, 1) },
        b: { kind: "numbers", values: Float64Array.of(2, 4, 6) }
      })
      const names = yield* Effect.flip(tableFromCsv("t", "a\nx\n1\n", { kinds: { a: "numbers" } }))
      assert.strictEqual(names.message, 't, line 2, byte 2, column "a": "x" is no finite number')
      const missing = yield* Effect.flip(tableFromCsv("t", "a\n1\n", { kinds: { b: "numbers" } }))
      assert.strictEqual(missing.message, 't: no column "b"; there are a')
    })
  )

  it.effect("tells the row, of rows of another kind", () =>
    Effect.gen(function* () {
      const rows = Stream.make({ a: 1 }, { a: 2 }, { a: "unknown" })
      const { message } = yield* Effect.flip(tableFromRows("t", rows))
      assert.strictEqual(message, `t, row 2, column "a": "unknown" is no finite number${asked("2 of 3", "a")}`)
      const { columns } = yield* tableFromRows("t", rows, { kinds: { a: "classes" } })
      assert.strictEqual(columns["a"]?.kind, "classes")
    })
  )

  it.effect("refuses an open quote, a column that is not there, and names as numbers", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(tableFromCsv("t", 'a\n"1\n'))).line, 2)
      const table = yield* tableFromCsv("flowers", flowers)
      const missing = orderedRows(table, { features: ["width"], target: "kind", batch: 1 })
      const named = orderedRows(table, { features: ["kind"], target: "length", batch: 1 })
      assert.match((yield* Effect.flip(Stream.runCollect(missing))).reason, /no column "width"; there are length/)
      assert.match((yield* Effect.flip(Stream.runCollect(named))).reason, /"kind" holds names, not numbers/)
    })
  )
})
