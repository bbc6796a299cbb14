import * as Effect from "effect/Effect"
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
 * What columns hold, for those whose cells do not tell: by themselves, all numbers are numbers, and any others are classes,
 * unless half of them or more are numbers. Then one is missing or misspelt, most of the time.
 *
 * ```ts
 * import { type ColumnKinds, tableFromCsv } from "@residual/train"
 * import { Effect } from "effect"
 * const text = "room\n12\n14\n12b\n"
 * Effect.runSync(Effect.flip(tableFromCsv("rooms", text))).message
 * // => 'rooms, line 4, byte 11, column "room": "12b" is no finite number, as 2 of 3 are; if they are names: kinds: { "room": "classes" }'
 * const kinds: ColumnKinds = { room: "classes" }
 * Effect.runSync(tableFromCsv("rooms", text, { kinds })).columns["room"]?.kind // => "classes"
 * ```
 */
export type ColumnKinds = Readonly<Record<string, TableColumn["kind"]>>

/** What is said of a table's columns. */
export interface ColumnKindsOptions {
  readonly kinds?: ColumnKinds
}

/** Where a row is. */
export type RowPlace = Pick<DataError, "line" | "offset" | "at">

/** Columns of cells, each as it is written; none is empty. */
export interface Cells {
  readonly source: string
  readonly rows: number
  readonly columns: Readonly<Record<string, ReadonlyArray<string>>>
  readonly placeOf: (row: number) => Partial<RowPlace>
}

/** The table of such cells. */
export const tableOf = (
  { source, rows, columns, placeOf }: Cells,
  { kinds = {} }: ColumnKindsOptions
): Effect.Effect<Table, DataError> => {
  const missing = Object.keys(kinds).find((name) => !Object.hasOwn(columns, name))
  if (missing !== undefined) {
    const reason = `no column "${missing}"; there are ${Object.keys(columns).join(", ")}`
    return Effect.fail(new DataError({ source, reason }))
  }
  const made: Array<readonly [string, TableColumn]> = []
  for (const [name, cells] of Object.entries(columns)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
    const column = columnOf(cells, kind)
    if ("wrong" in column) {
      const { line, offset, at } = placeOf(column.wrong)
      const place = [at, `column "${name}"`].filter((part) => part !== undefined).join(", ")
      const asked = `, as ${column.right} of ${rows} are; if they are names: kinds: { "${name}": "classes" }`
      const reason = `"${cells[column.wrong]}" is no finite number${kind === "numbers" ? "" : asked}`
      return Effect.fail(new DataError({ source, line, offset, at: place, reason }))
    }
    made.push([name, column])
  }
  return Effect.succeed({ source, rows, columns: Object.fromEntries(made) })
}

/** A column that is neither: the first row that holds no number, and how many do. */
interface Mixed {
  readonly wrong: number
  readonly right: number
}

/** How a number is written: in decimals, so that codes such as 0x10 are names. */
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

const numberOf = (cell: string): number => (decimal.test(cell) ? Number(cell) : Number.NaN)

const columnOf = (cells: ReadonlyArray<string>, kind: TableColumn["kind"] | undefined): TableColumn | Mixed => {
  if (kind !== "classes") {
    const numbers = Float64Array.from(cells, numberOf)
    const wrong = numbers.findIndex((value) => !Number.isFinite(value))
    if (wrong < 0) return { kind: "numbers", values: numbers }
    const right = numbers.filter(Number.isFinite).length
    if (kind === "numbers" || 2 * right >= cells.length) return { wrong, right }
  }
  const classes = [...new Set(cells)].sort()
  const places = new Map(classes.map((name, place) => [name, place]))
  return { kind: "classes", classes, values: Int32Array.from(cells, (cell) => places.get(cell) ?? 0) }
}
