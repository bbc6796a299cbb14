import * as Csv from "effect/encoding/Csv"
import * as Stream from "effect/Stream"
import type { Bytes } from "../bytes/bytes.ts"
import { DataError } from "../dataError.ts"
import { type Decoder, decode } from "../stream/decode.ts"
import { type Line, longest, placedLines } from "./lines.ts"

/** The cells of a record, and where it begins. */
export interface CsvRecord {
  readonly cells: ReadonlyArray<string>
  readonly line: number
  readonly offset: number
}

type RecordText = Pick<Line, "text" | "line" | "offset">

/** Puts lines together to records: one goes on where a quote is open. Lines without a character are left out. */
const recordDecoder = (source: string): Decoder<Line, RecordText> => {
  let open: RecordText | undefined
  return {
    push: ({ text, ending, line, offset }) => {
      const record = open === undefined ? { text, line, offset } : { ...open, text: open.text + text }
      const isOpen = (text.split('"').length % 2 === 0) !== (open !== undefined)
      open = isOpen ? { ...record, text: record.text + ending } : undefined
      if (record.text.length > longest) {
        const reason = `a record of more than ${longest} characters: is a quote left open?`
        return { values: [], failure: new DataError({ source, line: record.line, offset: record.offset, reason }) }
      }
      return { values: isOpen || record.text === "" ? [] : [record] }
    },
    end: () => ({ values: open === undefined ? [] : [open] })
  }
}

/** The records of comma-separated text, with their places. */
export const csvRecords = <R>(
  { source, stream }: Bytes<R>,
  delimiter: string
): Stream.Stream<CsvRecord, DataError, R> =>
  Stream.suspend(() => {
    // The places of records that were handed on; those before `returned` have come back, after `forgotten` others.
    let places: Array<Pick<Line, "line" | "offset">> = []
    let [returned, forgotten] = [0, 0]
    return decode(placedLines({ source, stream }), () => recordDecoder(source)).pipe(
      Stream.map(({ text, line, offset }) => {
        if (returned === places.length) {
          forgotten += returned
          places = []
          returned = 0
        }
        places.push({ line, offset })
        return `${text}\n`
      }),
      Stream.pipeThroughChannel(Csv.decodeString({ delimiter, maxRecordSize: Number.POSITIVE_INFINITY })),
      Stream.map((cells) => {
        const { line, offset } = places[returned++] as Pick<Line, "line" | "offset">
        return { cells, line, offset }
      }),
      Stream.mapError((error) => {
        if (error._tag === "DataError") return error
        const at = error.column === undefined ? undefined : `cell ${error.column}`
        // Records are counted from 1.
        return new DataError({ source, ...places[error.record - 1 - forgotten], at, reason: error.message })
      })
    )
  })
