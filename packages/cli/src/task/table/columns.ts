import { DataError, type Table, type TableColumn } from "@residual/train"
import * as Effect from "effect/Effect"
import type { KnownColumn } from "../knowledge.ts"

/** What a column is to be taken for: what its cells are by themselves where that is `null`. */
export type ColumnUse = "classes" | "numbers" | null

/** A cell of a column of classes, or of one of numbers that name classes. */
const nameAt = (column: TableColumn, row: number): string =>
  column.kind === "classes" ? (column.classes[column.values[row] as number] as string) : String(column.values[row])

/** Finds a column of a table. */
export const columnOf = ({ source, columns }: Table, name: string): Effect.Effect<TableColumn, DataError> => {
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined
  const reason = `no column "${name}"; there are ${Object.keys(columns).join(", ")}`
  return column === undefined ? Effect.fail(new DataError({ source, reason })) : Effect.succeed(column)
}

/** What is known of a column by some of its rows. Fails for a column of names that is to hold numbers. */
export const learnColumn = (
  source: string,
  name: string,
  column: TableColumn,
  options: { readonly rows: ReadonlyArray<number>; readonly use: ColumnUse; readonly standardise: boolean }
): Effect.Effect<KnownColumn, DataError> => {
  const { rows, use, standardise } = options
  if ((use ?? column.kind) === "classes") {
    const found = [...new Set(rows.map((row) => nameAt(column, row)))]
    const classes = found.sort(column.kind === "numbers" ? (a, b) => Number(a) - Number(b) : undefined)
    return Effect.succeed({ kind: "classes", name, classes: classes as [string, ...ReadonlyArray<string>] })
  }
  if (column.kind === "classes") {
    const at = rows.find((row) => Number.isNaN(Number(nameAt(column, row)))) ?? 0
    const reason = `"${nameAt(column, at)}" is no number`
    return Effect.fail(new DataError({ source, at: `column "${name}"`, reason }))
  }
  const values = rows.map((row) => column.values[row] as number)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  // A column of one value tells nothing, whatever it is divided by.
  return Effect.succeed({
    kind: "numbers",
    name,
    mean: standardise ? mean : 0,
    deviation: standardise && variance > 0 ? Math.sqrt(variance) : 1
  })
}

/** A column's rows by what is known of it: numbers as they are, classes by their places. Fails for a class not known. */
export const valuesOf = (
  source: string,
  column: TableColumn,
  known: KnownColumn,
  rows: ReadonlyArray<number>
): Effect.Effect<Float64Array, DataError> => {
  const fail = (row: number, reason: string) =>
    Effect.fail(new DataError({ source, at: `row ${row + 1}, column "${known.name}"`, reason }))
  if (known.kind === "numbers") {
    const wrong = column.kind === "classes" ? rows[0] : undefined
    if (wrong !== undefined) return fail(wrong, `"${nameAt(column, wrong)}" is no number`)
    return Effect.succeed(Float64Array.from(rows, (row) => column.values[row] as number))
  }
  const places = new Map(known.classes.map((name, place) => [name, place]))
  const unknown = rows.find((row) => !places.has(nameAt(column, row)))
  if (unknown !== undefined) {
    return fail(
      unknown,
      `"${nameAt(column, unknown)}" is none of the classes that were learned: ${known.classes.join(", ")}`
    )
  }
  return Effect.succeed(Float64Array.from(rows, (row) => places.get(nameAt(column, row)) as number))
}

/** How many features a column makes: one, or one for each class. */
export const widthOf = (known: KnownColumn): number => (known.kind === "classes" ? known.classes.length : 1)

/** Columns side by side as features: numbers about 0, and for each class whether it is that. */
export const sideBySide = (
  known: ReadonlyArray<KnownColumn>,
  columns: ReadonlyArray<Float64Array>,
  rows: number
): { readonly shape: readonly [number, number]; readonly elements: Float32Array } => {
  const width = known.reduce((sum, column) => sum + widthOf(column), 0)
  const elements = new Float32Array(rows * width)
  let from = 0
  for (const [at, column] of known.entries()) {
    for (const [row, value] of (columns[at] as Float64Array).entries()) {
      if (column.kind === "classes") elements[row * width + from + value] = 1
      else elements[row * width + from] = (value - column.mean) / column.deviation
    }
    from += widthOf(column)
  }
  return { shape: [rows, width], elements }
}
