import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Bytes } from "../bytes/bytes.ts"
import { DataError } from "../dataError.ts"
import { type Table, tableOf } from "../table.ts"
import { type CsvOptions, namedRecords } from "./csv.ts"

/**
 * Comma-separated text as a table, in memory. A column whose every cell is a number holds numbers; any other holds classes,
 * listed in alphabetical order.
 *
 * Fails with a `DataError` for a text without rows and for an empty cell, whose line and byte it names; and as `Read.csv`
 * does.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect } from "effect"
 * const table = Effect.runSync(Read.table(Bytes.of("flowers", "length;kind\n1.5;rose\n"), { delimiter: ";" }))
 * table.rows // => 1
 * ```
 */
export const table = <R>(bytes: Bytes<R>, options: CsvOptions = {}): Effect.Effect<Table, DataError, R> =>
  Effect.gen(function* () {
    const { source } = bytes
    const records = yield* namedRecords(bytes, options).pipe(
      Stream.mapEffect(({ names, cells, line, offset }) => {
        const values = cells.map((cell) => cell.trim())
        const empty = values.indexOf("")
        return empty < 0
          ? Effect.succeed({ names, values })
          : Effect.fail(new DataError({ source, line, offset, reason: `no value for "${names[empty]}"` }))
      }),
      Stream.runCollect
    )
    const [first] = records
    if (first === undefined) return yield* Effect.fail(new DataError({ source, reason: "it has no rows" }))
    return tableOf(
      source,
      records.length,
      Object.fromEntries(first.names.map((name, at) => [name, records.map(({ values }) => values[at] as string)]))
    )
  })
