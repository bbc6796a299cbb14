import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { DataError } from "./dataError.ts"
import { type ColumnKindsOptions, type Table, tableOf } from "./table.ts"

/** What a table's cell may be; true and false are classes. */
const written = (value: unknown): string | undefined => {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined
  if (typeof value === "boolean") return String(value)
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined
}

/**
 * Rows of numbers and names as a table, in memory: those of Parquet or NDJSON, say. A column whose every value is a number, or
 * a text of one, holds numbers; any other holds classes, listed in alphabetical order, as does one that `kinds` says so of.
 *
 * Fails with a `DataError` where there are no rows; that names the row and the column, where a row has other columns than the
 * first one, or no value, or one that is neither a finite number nor a text nor true or false, or none of the
 * numbers that half of its column or more are; for kinds of a column that there is not; and as the rows fail.
 *
 * ```ts
 * import { Bytes, Read, tableFromRows } from "@residual/train"
 * import { Effect } from "effect"
 * const bytes = Bytes.of("points", '{ "x": 1, "kind": "a" }\n{ "x": 2, "kind": "b" }\n')
 * const table = Effect.runSync(tableFromRows("points", Read.ndjson(bytes)))
 * table.columns["x"] // => { kind: "numbers", values: Float64Array.of(1, 2) }
 * ```
 */
export const tableFromRows = <E, R>(
  source: string,
  rows: Stream.Stream<unknown, E, R>,
  options: ColumnKindsOptions = {}
): Effect.Effect<Table, E | DataError, R> =>
  Effect.gen(function* () {
    const cells: Record<string, Array<string>> = {}
    let count = 0
    const add = (row: unknown): string | undefined => {
      if (typeof row !== "object" || row === null || Array.isArray(row)) return "it is no record of columns"
      if (count === 0) for (const name of Object.keys(row)) cells[name] = []
      const other = Object.keys(row).find((name) => !Object.hasOwn(cells, name))
      if (other !== undefined) return `it has a column "${other}", which the first row has not`
      for (const [name, values] of Object.entries(cells)) {
        const value = (row as Readonly<Record<string, unknown>>)[name]
        const cell = written(value)
        if (value === undefined || value === null || value === "") return `no value for "${name}"`
        if (cell === undefined) return `the value for "${name}" is neither a finite number nor a text: ${String(value)}`
        values.push(cell)
      }
      count++
      return undefined
    }
    yield* Stream.runForEach(rows, (row) => {
      const reason = add(row)
      return reason === undefined ? Effect.void : Effect.fail(new DataError({ source, at: `row ${count}`, reason }))
    })
    if (count === 0) return yield* Effect.fail(new DataError({ source, reason: "it has no rows" }))
    return yield* tableOf({ source, rows: count, columns: cells, placeOf: (row) => ({ at: `row ${row}` }) }, options)
  })
