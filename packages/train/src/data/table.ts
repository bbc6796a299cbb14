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

/** A table of cells by columns, each as it is written; none is empty. */
export const tableOf = (
  source: string,
  rows: number,
  cells: Readonly<Record<string, ReadonlyArray<string>>>
): Table => ({
  source,
  rows,
  columns: Object.fromEntries(Object.entries(cells).map(([name, values]) => [name, columnOf(values)]))
})

const columnOf = (cells: ReadonlyArray<string>): TableColumn => {
  const numbers = Float64Array.from(cells, Number)
  if (numbers.every(Number.isFinite)) return { kind: "numbers", values: numbers }
  const classes = [...new Set(cells)].sort()
  const places = new Map(classes.map((name, place) => [name, place]))
  return { kind: "classes", classes, values: Int32Array.from(cells, (cell) => places.get(cell) ?? 0) }
}
