import { gzipSync } from "node:zlib"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { Effect, FileSystem, Schema, SchemaGetter, Stream } from "effect"
import { Bytes, DataError, Read } from "../src/index.ts"
import { inPieces, outcome, pieces } from "./chunked.ts"

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A text, the same in pieces. */
const cut = (text: fc.Arbitrary<string | Uint8Array>) =>
  text.chain((given) => {
    const bytes = typeof given === "string" ? utf8(given) : given
    return pieces(bytes).map((cuts) => ({ bytes, cuts }))
  })

const characters = fc.constantFrom("a", "b", "é", "🐋", '"', ",", " ", "\n", "\r", "\r\n", "1", "\ufeff")
const texts = fc.array(characters, { maxLength: 40 }).map((parts) => parts.join(""))

/** What a text's lines are, by an expression. */
const linesOf = (text: string): ReadonlyArray<string> => {
  const split = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/)
  return split.at(-1) === "" ? split.slice(0, -1) : split
}

describe("lines", () => {
  test.prop([texts.chain((text) => pieces(utf8(text)).map((cuts) => ({ text, cuts })))])(
    "are the same wherever the bytes are cut",
    ({ text, cuts }) => {
      assert.deepStrictEqual(outcome(Read.lines(inPieces("t", cuts))), [linesOf(text), undefined])
    }
  )

  const bytes = fc.array(fc.constantFrom(0x61, 0x0a, 0x0d, 0xc3, 0xa9, 0xf0, 0x9f, 0xff), { maxLength: 20 })
  test.prop([cut(bytes.map((given) => Uint8Array.from(given)))])(
    "that are not UTF-8 fail after those before them, at the same byte wherever the bytes are cut",
    ({ bytes, cuts }) => {
      assert.deepStrictEqual(outcome(Read.lines(inPieces("t", cuts))), outcome(Read.lines(Bytes.of("t", bytes))))
    }
  )

  it("that are not UTF-8 fail with their line and the byte", () => {
    const [seen, failure] = outcome(Read.lines(Bytes.of("t", Uint8Array.of(0x61, 0x0a, 0xc3, 0xa9, 0xc3, 0x28))))
    assert.deepStrictEqual(seen, ["a"])
    assert.strictEqual(failure, "t, line 2, byte 5: it is not UTF-8 here")
    const [, unfinished] = outcome(Read.lines(Bytes.of("t", Uint8Array.of(0x61, 0xf0, 0x9f))))
    assert.strictEqual(unfinished, "t, line 1, byte 3: it is not UTF-8 here")
  })

  it("are bounded, so that a file without any does not fill the memory", () => {
    const piece = new Uint8Array(2 ** 22).fill(0x61)
    const [, failure] = outcome(Read.lines({ source: "t", stream: Stream.forever(Stream.succeed(piece)) }))
    assert.strictEqual(failure, "t, line 1, byte 0: a line of more than 67108864 bytes")
  })
})

describe("a text", () => {
  it.effect("is read whole, without its byte order mark", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Read.text(Bytes.of("t", "\ufeffCall me 🐋\r\n")), "Call me 🐋\r\n")
    })
  )

  it.effect("that is not UTF-8 fails with the line and the byte", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Read.text(Bytes.of("t", Uint8Array.of(0x61, 0x0a, 0x0a, 0x62, 0xff, 0x61))))
      assert.deepStrictEqual([error.source, error.line, error.offset], ["t", 3, 4])
    })
  )
})

/** A cell as it is written, quoted wherever it must be. */
const written = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

const cells = fc.array(fc.constantFrom("a", "é", "🐋", '"', ",", " ", "\n", "\r\n", "1"), {
  minLength: 1,
  maxLength: 5
})
const tables = fc
  .integer({ min: 1, max: 3 })
  .chain((columns) =>
    fc.record({
      rows: fc.array(
        fc.array(
          cells.map((parts) => parts.join("")),
          { minLength: columns, maxLength: columns }
        ),
        {
          maxLength: 6
        }
      ),
      ending: fc.constantFrom("\n", "\r\n"),
      names: fc.constant(["x", "y", "z"].slice(0, columns))
    })
  )
  .chain(({ rows, ending, names }) => {
    const bytes = utf8([names, ...rows].map((row) => row.map(written).join(",") + ending).join(""))
    return pieces(bytes).map((cuts) => ({ names, rows, cuts }))
  })

describe("comma-separated text", () => {
  test.prop([tables])("is the same records wherever the bytes are cut", ({ names, rows, cuts }) => {
    const [records, failure] = outcome(Read.csv(inPieces("t", cuts)))
    assert.strictEqual(failure, undefined)
    assert.deepStrictEqual(
      records.map((record) => names.map((name) => record[name])),
      rows
    )
  })

  test.prop([cut(texts)])("gives and fails alike wherever the bytes are cut, whatever they are", ({ bytes, cuts }) => {
    assert.deepStrictEqual(outcome(Read.csv(inPieces("t", cuts))), outcome(Read.csv(Bytes.of("t", bytes))))
  })

  const refused: ReadonlyArray<readonly [name: string, text: string, message: string]> = [
    ["too few cells", 'a,b\n"1\n2",3\n\n4\n', "t, line 5, byte 13: 1 cells for 2 columns"],
    ["too many cells", "a,b\r\n1,2,3\r\n", "t, line 2, byte 5: 3 cells for 2 columns"],
    ["a quote inside a cell", 'é,b\n1,2\n1,2"3\n', "t, line 3, byte 9, cell 2: Unexpected quote in an unquoted field"],
    ["a quote left open", 'a\n1\n"2\n3\n', "t, line 3, byte 4, cell 1: Unterminated quoted field"],
    [
      "text behind a quote",
      'a\n"1"2\n',
      "t, line 2, byte 2, cell 1: Expected a delimiter or line break after a closing quote"
    ],
    ["a name that stands twice", "a,b,a\n1,2,3\n", 't, line 1: two columns are named "a"']
  ]
  it.effect.each(refused)("is refused for %s", ([, text, message]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(Read.csv(Bytes.of("t", text))))).message, message)
    })
  )

  it.effect.each(["", "||", '"', "\n", "\r"])("is refused for the delimiter %j", (delimiter) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Stream.runDrain(Read.csv(Bytes.of("t", "a,b\n1,2\n"), { delimiter })))
      const expected = "t: the delimiter is one character, no quote and no end of a line, but it is given "
      assert.strictEqual(error.message, expected + JSON.stringify(delimiter))
    })
  )

  it.effect("is refused for two columns that are given one name", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Stream.runDrain(Read.csv(Bytes.of("t", "1,2\n"), { columns: ["a", "a"] })))
      assert.strictEqual(error.message, 't: two columns are named "a"')
    })
  )

  it.live("gives what comes before a record that its schema does not accept, also one that waits", () =>
    Effect.gen(function* () {
      const waiting = Schema.Finite.pipe(
        Schema.decode({
          decode: SchemaGetter.transformEffect((value: number) => Effect.as(Effect.sleep("1 millis"), value)),
          encode: SchemaGetter.transform((value: number) => value)
        })
      )
      const schema = Schema.Struct({ x: waiting })
      const seen: Array<unknown> = []
      const rows = Read.csv(Bytes.of("t", "x\n1\n2\nthree\n4\n"), { schema })
      const error = yield* Effect.flip(Stream.runForEach(rows, (row) => Effect.sync(() => void seen.push(row))))
      assert.deepStrictEqual([error.line, error.offset], [4, 6])
      assert.deepStrictEqual(seen, [{ x: 1 }, { x: 2 }])
    })
  )

  it("has the columns and the delimiter that it is said to have", () => {
    const [records] = outcome(Read.csv(Bytes.of("t", "1;2\n3;4\n"), { delimiter: ";", columns: ["x", "y"] }))
    assert.deepStrictEqual(records, [
      { x: "1", y: "2" },
      { x: "3", y: "4" }
    ])
  })

  it("becomes what a schema makes of its records", () => {
    const schema = Schema.Struct({ x: Schema.Finite, kind: Schema.Literals(["rose", "daisy"]) })
    const [records, failure] = outcome(Read.csv(Bytes.of("t", "x,kind\n1.5,rose\n2,tulip\n"), { schema }))
    assert.deepStrictEqual(records, [{ x: 1.5, kind: "rose" }])
    assert.match(failure ?? "", /^t, line 3, byte 16: .*"rose" \| "daisy"/)
  })

  it("is bounded where a quote is left open", () => {
    const line = utf8(`${"a".repeat(2 ** 22)}\n`)
    const stream = Stream.concat(Stream.succeed(utf8('a\n"')), Stream.forever(Stream.succeed(line)))
    const [, failure] = outcome(Read.csv({ source: "t", stream }))
    assert.strictEqual(failure, "t, line 2, byte 2: a record of more than 67108864 characters: is a quote left open?")
  })
})

describe("newline-delimited JSON", () => {
  const values = fc.array(fc.jsonValue(), { maxLength: 6 })
  test.prop([
    values.chain((given) =>
      pieces(utf8(given.map((value) => `${JSON.stringify(value)}\n\n`).join(""))).map((cuts) => ({ given, cuts }))
    )
  ])("is the same values wherever the bytes are cut", ({ given, cuts }) => {
    const [seen, failure] = outcome(Read.ndjson(inPieces("t", cuts)))
    assert.strictEqual(failure, undefined)
    assert.deepStrictEqual(JSON.stringify(seen), JSON.stringify(given))
  })

  it("fails with the line and its first byte, after the values before it", () => {
    const [seen, failure] = outcome(Read.ndjson(Bytes.of("t", '{"a":1}\r\n\r\n{"a":}\n')))
    assert.deepStrictEqual(seen, [{ a: 1 }])
    assert.match(failure ?? "", /^t, line 3, byte 11: it is not JSON: Unexpected token/)
    const schema = Schema.Struct({ a: Schema.Finite })
    const [, refused] = outcome(Read.ndjson(Bytes.of("t", '{"a":1}\n{"a":"x"}\n'), { schema }))
    assert.match(refused ?? "", /^t, line 2, byte 8: /)
  })
})

describe("tables", () => {
  it.effect("are refused for an empty cell, by its line", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Read.table(Bytes.of("t", "a,b\n1,2\n3, \n")))
      assert.strictEqual(error.message, 't, line 3, byte 8: no value for "b"')
    })
  )
})

describe("files", () => {
  const inFolder = <A, E>(use: (folder: string) => Effect.Effect<A, E, FileSystem.FileSystem>) =>
    Effect.scoped(
      Effect.flatMap(FileSystem.FileSystem, (files) => Effect.flatMap(files.makeTempDirectoryScoped(), use))
    ).pipe(Effect.provide(NodeFileSystem.layer))

  it.effect("are read piece by piece, plain or compressed", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const files = yield* FileSystem.FileSystem
        const given = Array.from({ length: 30_000 }, (_, at) => `line ${at} é`)
        const text = `${given.join("\n")}\n`
        yield* files.writeFileString(`${folder}/plain`, text)
        yield* files.writeFile(`${folder}/packed.gz`, gzipSync(text))
        assert.deepStrictEqual(yield* Stream.runCollect(Read.lines(Bytes.file(`${folder}/plain`))), given)
        const packed = Bytes.gunzip(Bytes.file(`${folder}/packed.gz`))
        assert.deepStrictEqual(yield* Stream.runCollect(Read.lines(packed)), given)
      })
    )
  )

  it.effect("that are not there, or are a folder, are named", () =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const missing = yield* Effect.flip(Read.text(Bytes.file(`${folder}/none`)))
        assert.strictEqual(missing.message, `${folder}/none: cannot read it: there is no such file or folder`)
        const directory = yield* Effect.flip(Read.text(Bytes.gunzip(Bytes.file(folder))))
        assert.strictEqual(directory.source, folder)
        assert.strictEqual(directory.reason, "cannot read it: it is a folder")
      })
    )
  )
})

describe("gzip", () => {
  const contents = gzipSync("a text that is compressed and long enough to be cut")
  it.live.each([
    ["is cut off", contents.subarray(0, 30)],
    ["has a wrong byte", Uint8Array.from(contents, (byte, at) => (at === contents.length - 6 ? byte ^ 1 : byte))],
    ["is of another format", utf8("plain text")],
    ["is empty", new Uint8Array(0)]
  ] as const)("that %s is refused", ([, bytes]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Read.text(Bytes.gunzip(Bytes.of("t.gz", bytes))))
      assert.strictEqual(error.source, "t.gz")
      assert.strictEqual(error.reason, "it is not of the gzip format, or damaged")
    })
  )

  const [one, two] = [gzipSync("one\n"), gzipSync("two\n")]
  const joined = (...parts: ReadonlyArray<Uint8Array>) => Uint8Array.from(parts.flatMap((part) => [...part]))

  test.prop(
    [
      fc
        .constantFrom(joined(one, two), joined(one, two, new Uint8Array(512)), joined(one, two, new Uint8Array(3)))
        .chain((bytes) => pieces(bytes))
    ],
    { numRuns: 50 }
  )("may have several members, and zeros at the end, wherever the bytes are cut", async (cuts) => {
    assert.strictEqual(await Effect.runPromise(Read.text(Bytes.gunzip(inPieces("t", cuts)))), "one\ntwo\n")
  })

  it.live("of a member with nothing in it is an empty text", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Read.text(Bytes.gunzip(Bytes.of("t", gzipSync("")))), "")
      assert.strictEqual(yield* Read.text(Bytes.gunzip(Bytes.of("t", joined(gzipSync(""), two)))), "two\n")
    })
  )

  const garbage = utf8("garbage")
  test.prop(
    [
      fc
        .constantFrom(
          joined(one, garbage),
          joined(one, new Uint8Array(20), garbage),
          joined(one, new Uint8Array(20), two),
          joined(one, two.subarray(0, -1)),
          joined(one, Uint8Array.of(0x1f))
        )
        .chain((bytes) => pieces(bytes))
    ],
    { numRuns: 50 }
  )("is refused where anything else follows, wherever the bytes are cut", async (cuts) => {
    const error = await Effect.runPromise(Effect.flip(Read.text(Bytes.gunzip(inPieces("t", cuts)))))
    assert.strictEqual(error.reason, "it is not of the gzip format, or damaged")
  })

  it.live("hands on how its source fails", () =>
    Effect.gen(function* () {
      const failure = new DataError({ source: "t.gz", reason: "the line is cut" })
      const stream = Stream.concat(Stream.succeed(contents.subarray(0, 20)), Stream.fail(failure))
      const error = yield* Effect.flip(Read.text(Bytes.gunzip({ source: "t.gz", stream })))
      assert.strictEqual(error, failure)
    })
  )
})
