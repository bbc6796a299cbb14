import * as Effect from "effect/Effect"
import * as Csv from "effect/encoding/Csv"
import * as Stream from "effect/Stream"
import { DataError } from "./dataError.ts"

/** One column of a table: numbers, or names, each as the place of its class in the list of them. */
export type TableColumn =
  | { readonly kind: "numbers"; readonly values: Float64Array }
  | { readonly kind: "classes"; readonly values: Int32Array; readonly classes: ReadonlyArray<string> }

/**
 * Rows of named columns.
 *
 * ```ts
 * import type { Table } from "@residual/train"
 * const table: Table = { source: "points", rows: 2, columns: { x: { kind: "numbers", values: Float64Array.of(1, 2) } } }
 * table.columns["x"]?.values.length // => 2
 * ```
 */
export interface Table {
  /** What the table is called in errors. */
  readonly source: string
  readonly rows: number
  readonly columns: Readonly<Record<string, TableColumn>>
}

/**
 * Reads comma-separated text whose first line names the columns. A column whose every cell is a number holds numbers; any
 * other holds classes, listed in alphabetical order.
 *
 * Fails with a `DataError` for text that is not comma-separated, without rows, or with an empty cell.
 *
 * ```ts
 * import { tableFromCsv } from "@residual/train"
 * import { Effect } from "effect"
 * const table = Effect.runSync(tableFromCsv("flowers", "length,kind\n1.5,rose\n2,daisy\n"))
 * table.columns["kind"] // => { kind: "classes", classes: ["daisy", "rose"], values: Int32Array.of(1, 0) }
 * ```
 */
export const tableFromCsv = (source: string, text: string): Effect.Effect<Table, DataError> =>
  Effect.gen(function* () {
    const records = yield* Stream.make(text).pipe(
      Stream.pipeThroughChannel(Csv.decodeString({ ignoreEmptyLines: true })),
      Stream.runCollect,
      Effect.mapError(({ line, message }) => new DataError({ source, at: `line ${line}`, reason: message }))
    )
    const [header, ...rows] = records
    const names = (header ?? []).map((name) => name.trim())
    if (rows.length === 0) {
      return yield* Effect.fail(new DataError({ source, reason: "it has no rows" }))
    }
    const repeated = names.find((name, at) => names.indexOf(name) !== at)
    if (repeated !== undefined) {
      return yield* Effect.fail(new DataError({ source, at: "line 1", reason: `two columns are named "${repeated}"` }))
    }
    for (const [row, cells] of rows.entries()) {
      const reason =
        cells.length !== names.length
          ? `${cells.length} cells for ${names.length} columns`
          : cells.some((cell) => cell.trim() === "")
            ? `no value for "${names[cells.findIndex((cell) => cell.trim() === "")]}"`
            : undefined
      if (reason !== undefined) return yield* Effect.fail(new DataError({ source, at: `row ${row + 1}`, reason }))
    }
    const columns = names.map((name, at) => [name, columnOf(rows.map((cells) => (cells[at] ?? "").trim()))] as const)
    return { source, rows: rows.length, columns: Object.fromEntries(columns) }
  })

const columnOf = (cells: ReadonlyArray<string>): TableColumn => {
  const numbers = Float64Array.from(cells, Number)
  if (numbers.every(Number.isFinite)) return { kind: "numbers", values: numbers }
  const classes = [...new Set(cells)].sort()
  const places = new Map(classes.map((name, place) => [name, place]))
  return { kind: "classes", classes, values: Int32Array.from(cells, (cell) => places.get(cell) ?? 0) }
}
