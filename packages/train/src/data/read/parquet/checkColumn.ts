import type { ColumnMetaData, Compressors, PageHeader, SchemaTree } from "hyparquet"
import { checkRuns } from "./checkRuns.ts"
import { checkValues } from "./checkValues.ts"

/** What of the package is used beyond what it calls its own interface. */
export interface PageReader {
  readonly parquetHeader: typeof import("hyparquet/src/column.js").parquetHeader
  readonly decompressPage: typeof import("hyparquet/src/datapage.js").decompressPage
  readonly compressors: Compressors
}

/** The part of a file that holds a column of a group of rows. */
export interface ColumnChunk {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly meta: ColumnMetaData
  /** From the root of the schema to the column. */
  readonly path: ReadonlyArray<SchemaTree>
  readonly rows: number
}

const isCount = (value: unknown, most: number): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= most

const bitsOf = (highest: number): number => 32 - Math.clz32(highest)

/**
 * Throws an `Error` unless a column's pages are within it, and have as many values as the file says: the package that
 * decodes them relies on it, and goes on for ever where they have not.
 */
export const checkColumn = (reader: PageReader, { bytes, meta, path, rows }: ColumnChunk): void => {
  const column = meta.path_in_schema.join(".")
  const damage = (what: string) => new Error(`column "${column}": ${what}`)
  const leaf = path.at(-1) as SchemaTree
  const isFlat = path.length === 2 && leaf.element.repetition_type !== "REPEATED"
  const maxRepetition = path.filter(({ element }) => element.repetition_type === "REPEATED").length
  const maxDefinition = path.slice(1).filter(({ element }) => element.repetition_type !== "REQUIRED").length
  if (leaf.element.type !== meta.type) throw damage(`its values are ${meta.type}, in the schema ${leaf.element.type}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [all, largest] = [Number(meta.num_values), Number(meta.total_uncompressed_size)]
  if (isFlat && all !== rows) throw damage(`${all} values for ${rows} rows`)

  const valuesOf = (page: Uint8Array, from: number, count: number, encoding: string, dictionary: number): void =>
    checkValues({
      bytes: page,
      from,
      count,
      type: meta.type,
      typeLength: leaf.element.type_length,
      encoding,
      dictionary
    })

  /** A page of the first kind, whose levels are compressed with its values. */
  const checkPage = (page: Uint8Array, count: number, encoding: string, dictionary: number): void => {
    const sizes = new DataView(page.buffer, page.byteOffset, page.byteLength)
    let [from, known] = [0, count]
    for (const highest of [maxRepetition, maxDefinition]) {
      if (highest === 0) continue
      const end = from + 4 + sizes.getUint32(from, true)
      const atHighest = checkRuns({ bytes: page, from: from + 4, end, width: bitsOf(highest), count }, highest)
      if (highest === maxDefinition) known = atHighest
      from = end
    }
    valuesOf(page, from, known, encoding, dictionary)
  }

  let [offset, values, read, dictionary] = [0, 0, 0, 0]
  while (isFlat ? values < all : offset < bytes.length - 1) {
    const cursor = { view, offset }
    const header: PageHeader = reader.parquetHeader(cursor)
    const { compressed_page_size: size, uncompressed_page_size: whole } = header
    if (!isCount(size, bytes.length - cursor.offset) || !isCount(whole, largest)) {
      throw damage(`a page of ${size} bytes, ${whole} when decompressed, at byte ${offset} of ${bytes.length}`)
    }
    const packed = bytes.subarray(cursor.offset, cursor.offset + size)
    offset = cursor.offset + size
    const unpacked = (part: Uint8Array, length: number) =>
      reader.decompressPage(part, length, meta.codec, reader.compressors)
    const { dictionary_page_header: list, data_page_header: first, data_page_header_v2: second } = header
    if (header.type === "DICTIONARY_PAGE" && list !== undefined) {
      if (!isCount(list.num_values, whole)) throw damage(`a dictionary of ${list.num_values} values`)
      valuesOf(unpacked(packed, whole), 0, list.num_values, "PLAIN", 0)
      dictionary = list.num_values
    } else if (header.type === "DATA_PAGE" && first !== undefined) {
      if (!isCount(first.num_values, all - values)) throw damage(`a page of ${first.num_values} values`)
      checkPage(unpacked(packed, whole), first.num_values, first.encoding, dictionary)
      values += first.num_values
    } else if (header.type === "DATA_PAGE_V2" && second !== undefined) {
      const { num_values: count, num_rows, num_nulls, encoding } = second
      const { repetition_levels_byte_length: repetition, definition_levels_byte_length: definition } = second
      const isWhole =
        isCount(count, all - values) &&
        isCount(num_nulls, count) &&
        isCount(num_rows, rows - read) &&
        isCount(repetition, Math.min(size, whole)) &&
        isCount(definition, Math.min(size, whole) - repetition) &&
        (!isFlat || num_rows === count)
      if (!isWhole) throw damage(`a page of ${count} values, ${num_nulls} of them missing, in ${num_rows} rows`)
      const from = repetition + definition
      if (maxRepetition > 0) {
        const width = bitsOf(maxRepetition)
        checkRuns({ bytes: packed, from: 0, end: repetition, width, count }, maxRepetition)
      }
      if (maxDefinition > 0) {
        const width = bitsOf(maxDefinition)
        const known = checkRuns({ bytes: packed, from: repetition, end: from, width, count }, maxDefinition)
        if (known !== count - num_nulls) throw damage(`${count - known} values are missing, not ${num_nulls}`)
      } else if (num_nulls > 0) throw damage(`${num_nulls} values are missing that must not be`)
      const rest = packed.subarray(from)
      const isPacked = second.is_compressed !== false && whole > from
      valuesOf(isPacked ? unpacked(rest, whole - from) : rest, 0, count - num_nulls, encoding, dictionary)
      values += count
      read += num_rows
    } else throw damage(`a page of an unknown kind: ${header.type}`)
  }
  if (values !== all) throw damage(`${values} values, not ${all}`)
}
