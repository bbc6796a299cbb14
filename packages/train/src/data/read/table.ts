import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Bytes } from "../bytes/bytes.ts"
import { DataError } from "../dataError.ts"
import { type ColumnKindsOptions, type Table, tableOf } from "../table.ts"
import { type CsvOptions, namedRecords } from "./csv.ts"

/** What a table's text looks like, and what its columns hold. */
export interface TableTextOptions extends CsvOptions, ColumnKindsOptions {}

/**
 * Comma-separated text as a table, in memory. A column whose every cell is a number holds numbers; any other holds classes,
 * listed in alphabetical order, as does one that `kinds` says so of.
 *
 * Fails with a `DataError` for a text without rows; for an empty cell and, in a column of which half or more are numbers, for
 * one that is no finite number, whose line and byte it names; for kinds of a column that there is not; and as `Read.csv` does.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect } from "effect"
 * const table = Effect.runSync(Read.table(Bytes.of("flowers", "length;kind\n1.5;rose\n"), { delimiter: ";" }))
 * table.rows // => 1
 * ```
 */
export const table = <R>(bytes: Bytes<R>, options: TableTextOptions = {}): Effect.Effect<Table, DataError, R> =>
  Effect.gen(function* () {
    const { source } = bytes
    const records = yield* namedRecords(bytes, options).pipe(
      Stream.mapEffect(({ names, cells, line, offset }) => {
        const values = cells.map((cell) => cell.trim())
        const empty = values.indexOf("")
        return empty < 0
          ? Effect.succeed({ names, values, line, offset })
          : Effect.fail(new DataError({ source, line, offset, reason: `no value for "${names[empty]}"` }))
      }),
      Stream.runCollect
    )
    const [first] = records
    if (first === undefined) return yield* Effect.fail(new DataError({ source, reason: "it has no rows" }))
    return yield* tableOf(
      {
        source,
        rows: records.length,
        columns: Object.fromEntries(
          first.names.map((name, at) => [name, records.map(({ values }) => values[at] as string)])
        ),
        placeOf: (row) => records[row] ?? {}
      },
      options
    )
  })
