import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { AsyncBuffer, Compressors, FileMetaData } from "hyparquet"
import type { Bytes } from "../bytes/bytes.ts"
import { collect } from "../bytes/collect.ts"
import { DataError } from "../dataError.ts"
import { loadPackage } from "../package/loadPackage.ts"

/** What is read of a file's rows. */
export interface ParquetOptions {
  /** The names of columns: by default, all are read. */
  readonly columns?: ReadonlyArray<string>
}

/** A row's values by the names of their columns; integers of 64 bits are numbers, and what is missing is null. */
export type ParquetRow = Readonly<Record<string, unknown>>

type Hyparquet = typeof import("hyparquet")

/** A file's rows, as the package has them. */
interface OpenFile {
  readonly package: Hyparquet
  readonly buffer: AsyncBuffer
  readonly metadata: FileMetaData
  readonly compressors: Compressors
}

/** What the package undoes by itself; the rest is another's. */
const ownCodecs: ReadonlySet<string> = new Set(["UNCOMPRESSED", "SNAPPY"])

const open = (source: string, all: Uint8Array<ArrayBuffer>): Effect.Effect<OpenFile, DataError> =>
  Effect.gen(function* () {
    if (all.length === 0) return yield* Effect.fail(new DataError({ source, reason: "it is empty" }))
    const hyparquet = yield* loadPackage(source, "hyparquet", () => import("hyparquet"))
    const metadata = yield* Effect.try({
      try: () => hyparquet.parquetMetadata(all.buffer),
      catch: (cause) => new DataError({ source, reason: `it is no whole Parquet: ${(cause as Error).message}` })
    })
    const codecs = metadata.row_groups.flatMap((group) => group.columns.map((column) => column.meta_data?.codec))
    const isPackedOtherwise = codecs.some((codec) => codec !== undefined && !ownCodecs.has(codec))
    const { compressors } = isPackedOtherwise
      ? yield* loadPackage(source, "hyparquet-compressors", () => import("hyparquet-compressors"))
      : { compressors: {} }
    const buffer = { byteLength: all.length, slice: (from: number, to?: number) => all.buffer.slice(from, to) }
    return { package: hyparquet, buffer, metadata, compressors }
  })

/** A value whose integers of 64 bits are numbers; throws a `RangeError` for one that no number is. */
const withNumbers = (value: unknown): unknown => {
  if (typeof value === "bigint") {
    if (!Number.isSafeInteger(Number(value))) throw new RangeError(`the integer ${value} is beyond 53 bits`)
    return Number(value)
  }
  if (Array.isArray(value)) return value.map(withNumbers)
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withNumbers(part)]))
}

/**
 * The rows of a table in the Apache Parquet format, group by group, by the package `hyparquet`, which is installed beside
 * this one; `hyparquet-compressors` is needed, too, for files that are packed otherwise than by Snappy. With a schema, each row
 * is what that makes of it. The file is in memory meanwhile, its rows are not.
 *
 * Fails with a `DataError` that names the row, where an integer is beyond 53 bits or the schema does not accept the row;
 * where the bytes are of another format, are damaged or end early, lack a column, or a package is not there; and as the
 * bytes fail.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect, Schema, Stream } from "effect"
 * import { parquetWriteBuffer } from "hyparquet-writer"
 * const file = parquetWriteBuffer({ columnData: [{ name: "x", data: [1.5, 2], type: "DOUBLE" }] })
 * const rows = Read.parquet(Bytes.of("points.parquet", new Uint8Array(file)), { schema: Schema.Struct({ x: Schema.Finite }) })
 * await Effect.runPromise(Stream.runCollect(rows)) // => [{ x: 1.5 }, { x: 2 }]
 * ```
 */
export const parquet: {
  <R>(bytes: Bytes<R>, options?: ParquetOptions): Stream.Stream<ParquetRow, DataError, R>
  <A, R>(
    bytes: Bytes<R>,
    options: ParquetOptions & { readonly schema: Schema.Decoder<A> }
  ): Stream.Stream<A, DataError, R>
} = <A, R>(
  bytes: Bytes<R>,
  { columns, schema }: ParquetOptions & { readonly schema?: Schema.Decoder<A> } = {}
): Stream.Stream<A | ParquetRow, DataError, R> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { source } = bytes
      const file = yield* open(source, yield* collect(bytes))
      const known = file.package.parquetSchema(file.metadata).children.map(({ element }) => element.name)
      const lacking = columns?.find((name) => !known.includes(name))
      if (lacking !== undefined) {
        const reason = `no column "${lacking}"; there are ${known.join(", ")}`
        return yield* Effect.fail(new DataError({ source, reason }))
      }
      const decodeRow = schema === undefined ? undefined : Schema.decodeUnknownEffect(schema)
      return groupsOf(source, file, columns).pipe(
        Stream.mapEffect((row, number): Effect.Effect<A | ParquetRow, DataError> => {
          const fail = (reason: string) => new DataError({ source, at: `row ${number}`, reason })
          const plain = Effect.try({
            try: () => withNumbers(row) as ParquetRow,
            catch: (cause) => fail((cause as Error).message)
          })
          if (decodeRow === undefined) return plain
          return Effect.flatMap(plain, (value) => Effect.mapError(decodeRow(value), ({ message }) => fail(message)))
        })
      )
    })
  )

/** The rows of each group, which are decoded together. */
const groupsOf = (
  source: string,
  { package: { parquetReadObjects }, buffer, metadata, compressors }: OpenFile,
  columns: ReadonlyArray<string> | undefined
): Stream.Stream<unknown, DataError> => {
  let end = 0
  const groups = metadata.row_groups.map(({ num_rows }) => {
    const start = end
    end += Number(num_rows)
    return { start, end }
  })
  return Stream.fromIterable(groups).pipe(
    Stream.mapEffect(({ start, end }) =>
      Effect.tryPromise({
        try: () =>
          parquetReadObjects({
            file: buffer,
            metadata,
            compressors,
            rowStart: start,
            rowEnd: end,
            ...(columns === undefined ? {} : { columns: [...columns] })
          }),
        catch: (cause) => {
          const reason = `it is no whole Parquet: ${(cause as Error).message}`
          return new DataError({ source, at: `rows ${start} to ${end - 1}`, reason })
        }
      })
    ),
    Stream.flattenIterable
  )
}
