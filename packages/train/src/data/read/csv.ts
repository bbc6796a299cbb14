import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Bytes } from "../bytes/bytes.ts"
import { DataError } from "../dataError.ts"
import { type Decoder, decode } from "../stream/decode.ts"
import { decodeRows } from "../stream/decodeRows.ts"
import { type CsvRecord, csvRecords } from "./csvRecords.ts"

/** What comma-separated text looks like. */
export interface CsvOptions {
  /** What stands between the cells: a comma by default. */
  readonly delimiter?: string
  /** The columns' names, of a text that does not name them: by default the first record does. */
  readonly columns?: ReadonlyArray<string>
}

/** What becomes of each record. */
export interface CsvSchemaOptions<A> extends CsvOptions {
  /** What a record is to be, by the columns' names; of numbers where it says so, though cells are text. */
  readonly schema: Schema.Decoder<A>
}

/** A record's cells by the names of their columns, as they are written. */
export type CsvRow = Readonly<Record<string, string>>

/** A record with its columns' names, or the first, which tells them. */
interface NamedRecord extends CsvRecord {
  readonly names: ReadonlyArray<string>
}

/** Gives records the columns' names; space around a name is none of it. */
const namer = (source: string, columns: ReadonlyArray<string> | undefined): Decoder<CsvRecord, NamedRecord> => {
  let names = columns
  return {
    push: (record) => {
      const { cells, line, offset } = record
      if (names === undefined) {
        const found = cells.map((name) => name.trim())
        const repeated = repeatedIn(found)
        names = found
        if (repeated === undefined) return { values: [] }
        return { values: [], failure: new DataError({ source, line, reason: `two columns are named "${repeated}"` }) }
      }
      if (cells.length === names.length) return { values: [{ ...record, names }] }
      const reason = `${cells.length} cells for ${names.length} columns`
      return { values: [], failure: new DataError({ source, line, offset, reason }) }
    },
    end: () => ({ values: [] })
  }
}

/** Records that have a cell for each column, with the columns' names. */
export const namedRecords = <R>(
  bytes: Bytes<R>,
  { delimiter = ",", columns }: CsvOptions
): Stream.Stream<NamedRecord, DataError, R> => {
  const { source } = bytes
  const refused = (reason: string) => Stream.fail(new DataError({ source, reason }))
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
    return refused(
      `the delimiter is one character, no quote and no end of a line, but it is given ${JSON.stringify(delimiter)}`
    )
  }
  const repeated = columns === undefined ? undefined : repeatedIn(columns)
  if (repeated !== undefined) return refused(`two columns are named "${repeated}"`)
  return decode(csvRecords(bytes, delimiter), () => namer(source, columns))
}

const repeatedIn = (names: ReadonlyArray<string>): string | undefined =>
  names.find((name, at) => names.indexOf(name) !== at)

/**
 * The records of comma-separated text, as RFC 4180 has it: the first names the columns, quoted cells may hold commas, line
 * ends and doubled quotes. Lines without a character are left out. With a schema, each record is what that makes of it:
 * `Schema.Number` reads a number.
 *
 * Fails with a `DataError` for a delimiter that is not one character, or a quote, and for two columns of one name; that names the
 * line and the byte where a record begins whose quotes are wrong, that has more or
 * fewer cells than there are columns, or that the schema does not accept; and as `Read.lines` does.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect, Schema, Stream } from "effect"
 * const bytes = Bytes.of("flowers", "length,kind\n1.5,rose\nlong,daisy\n")
 * Effect.runSync(Stream.runCollect(Stream.take(Read.csv(bytes), 1))) // => [{ length: "1.5", kind: "rose" }]
 * const Flower = Schema.Struct({ length: Schema.Finite, kind: Schema.String })
 * const flowers = Read.csv(bytes, { schema: Flower })
 * Effect.runSync(Stream.runCollect(Stream.take(flowers, 1))) // => [{ length: 1.5, kind: "rose" }]
 * Effect.runSync(Effect.flip(Stream.runDrain(flowers))).message.startsWith("flowers, line 3, byte 21: ") // => true
 * ```
 */
export const csv: {
  <R>(bytes: Bytes<R>, options?: CsvOptions): Stream.Stream<CsvRow, DataError, R>
  <A, R>(bytes: Bytes<R>, options: CsvSchemaOptions<A>): Stream.Stream<A, DataError, R>
} = <A, R>(
  bytes: Bytes<R>,
  options: CsvOptions & Partial<CsvSchemaOptions<A>> = {}
): Stream.Stream<A | CsvRow, DataError, R> => {
  const records = namedRecords(bytes, options)
  const { schema } = options
  const rowOf = ({ names, cells }: NamedRecord): CsvRow =>
    Object.fromEntries(names.map((name, at) => [name, cells[at] as string]))
  if (schema === undefined) return Stream.map(records, rowOf)
  const decodeRow = Schema.decodeUnknownEffect(Schema.toCodecStringTree(schema))
  return decodeRows(records, {
    decode: (record) => decodeRow(rowOf(record)),
    fail: ({ line, offset }, reason) => new DataError({ source: bytes.source, line, offset, reason })
  })
}
