import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { AsyncBuffer, FileMetaData, SchemaTree } from "hyparquet"
import type { Bytes } from "../bytes/bytes.ts"
import { collect } from "../bytes/collect.ts"
import { DataError } from "../dataError.ts"
import { loadPackage } from "../package/loadPackage.ts"
import { checkColumn, type PageReader } from "./parquet/checkColumn.ts"

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
  readonly pages: PageReader
  readonly all: Uint8Array<ArrayBuffer>
  readonly metadata: FileMetaData
  readonly schema: SchemaTree
}

/** What the package undoes by itself; the rest is another's. */
const ownCodecs: ReadonlySet<string> = new Set(["UNCOMPRESSED", "SNAPPY"])

const open = (source: string, all: Uint8Array<ArrayBuffer>): Effect.Effect<OpenFile, DataError> =>
  Effect.gen(function* () {
    if (all.length === 0) return yield* Effect.fail(new DataError({ source, reason: "it is empty" }))
    const hyparquet = yield* loadPackage(source, "hyparquet", () => import("hyparquet"))
    const { parquetHeader } = yield* loadPackage(source, "hyparquet", () => import("hyparquet/src/column.js"))
    const { decompressPage } = yield* loadPackage(source, "hyparquet", () => import("hyparquet/src/datapage.js"))
    const { metadata, schema } = yield* Effect.try({
      try: () => {
        const metadata = hyparquet.parquetMetadata(all.buffer)
        checkGroups(metadata)
        return { metadata, schema: hyparquet.parquetSchema(metadata) }
      },
      catch: (cause) => new DataError({ source, reason: `it is no whole Parquet: ${(cause as Error).message}` })
    })
    const codecs = metadata.row_groups.flatMap((group) => group.columns.map((column) => column.meta_data?.codec))
    const isPackedOtherwise = codecs.some((codec) => codec !== undefined && !ownCodecs.has(codec))
    const { compressors } = isPackedOtherwise
      ? yield* loadPackage(source, "hyparquet-compressors", () => import("hyparquet-compressors"))
      : { compressors: {} }
    return { package: hyparquet, pages: { parquetHeader, decompressPage, compressors }, all, metadata, schema }
  })

/** Throws an `Error` unless the groups have all the rows of the file, and no fewer than none. */
const checkGroups = ({ num_rows, row_groups }: FileMetaData): void => {
  const rows = row_groups.reduce((count, group) => {
    if (group.num_rows < 0n) throw new Error(`a group of ${group.num_rows} rows`)
    return count + group.num_rows
  }, 0n)
  if (rows !== num_rows) throw new Error(`its groups have ${rows} rows, but it says ${num_rows}`)
}

/** From a node of the schema to each of its columns that have values. */
const leavesOf = (node: SchemaTree, above: ReadonlyArray<SchemaTree> = []): ReadonlyArray<ReadonlyArray<SchemaTree>> =>
  node.children.length === 0 ? [[...above, node]] : node.children.flatMap((child) => leavesOf(child, [...above, node]))

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
      const known = file.schema.children.map(({ element }) => element.name)
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

/** Rows that are decoded together. */
interface Group {
  readonly number: number
  readonly start: number
  readonly end: number
}

/** Throws an `Error` unless the columns of a group that are read are whole. */
const checkGroup = (
  { pages, all, metadata, schema }: OpenFile,
  { number, start, end }: Group,
  columns: ReadonlyArray<string> | undefined
): void => {
  const leaves = leavesOf(schema)
  const chunks = metadata.row_groups[number]?.columns ?? []
  if (chunks.length !== leaves.length) throw new Error(`${chunks.length} columns, not ${leaves.length}`)
  for (const [place, path] of leaves.entries()) {
    const name = path.at(-1)?.path ?? []
    const meta = chunks[place]?.meta_data
    if (meta === undefined) throw new Error(`nothing is told of column "${name.join(".")}"`)
    const isOther =
      meta.path_in_schema.length !== name.length || name.some((part, at) => meta.path_in_schema[at] !== part)
    if (isOther) throw new Error(`column "${meta.path_in_schema.join(".")}" where "${name.join(".")}" is to be`)
    if (columns !== undefined && !columns.includes(name[0] as string)) continue
    const from = Number(meta.dictionary_page_offset || meta.data_page_offset)
    const to = from + Number(meta.total_compressed_size)
    if (!(0 < from && from <= to && to <= all.length)) throw new Error(`a column from byte ${from} to ${to}`)
    checkColumn(pages, { bytes: all.subarray(from, to), meta, path, rows: end - start })
  }
}

/** The rows of each group, which are decoded together. */
const groupsOf = (
  source: string,
  file: OpenFile,
  columns: ReadonlyArray<string> | undefined
): Stream.Stream<unknown, DataError> => {
  const { all, metadata, pages } = file
  const buffer: AsyncBuffer = { byteLength: all.length, slice: (from, to) => all.buffer.slice(from, to) }
  let last = 0
  const groups = metadata.row_groups.map(({ num_rows }, number): Group => {
    const start = last
    last += Number(num_rows)
    return { number, start, end: last }
  })
  return Stream.fromIterable(groups).pipe(
    Stream.mapEffect((group) =>
      Effect.tryPromise({
        try: async () => {
          const { start, end } = group
          checkGroup(file, group, columns)
          const rows = await file.package.parquetReadObjects({
            file: buffer,
            metadata,
            compressors: pages.compressors,
            rowStart: start,
            rowEnd: end,
            ...(columns === undefined ? {} : { columns: [...columns] })
          })
          checkRows(file, rows, end - start)
          return rows
        },
        catch: (cause) => {
          const reason = `it is no whole Parquet: ${(cause as Error).message}`
          return new DataError({ source, at: `rows ${group.start} to ${group.end - 1}`, reason })
        }
      })
    ),
    Stream.flattenIterable
  )
}

/** Throws an `Error` unless so many rows have a value in each column, which is null only where one may be missing. */
const checkRows = (
  { schema }: OpenFile,
  rows: ReadonlyArray<Readonly<Record<string, unknown>>>,
  count: number
): void => {
  if (rows.length !== count) throw new Error(`${rows.length} rows, not ${count}`)
  const needed = new Set(
    schema.children.filter(({ element }) => element.repetition_type === "REQUIRED").map(({ element }) => element.name)
  )
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (value === undefined || (value === null && needed.has(name))) throw new Error(`column "${name}" lacks a value`)
    }
  }
}
