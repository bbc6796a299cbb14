import type { Cell, Explanation, FanInRow, Handed, OpRow } from "./explanation.ts"

/** What a backend computed: elements in row-major order, by the name of the output. */
export type Values = Readonly<Record<string, ArrayLike<number>>>

/** How the table is written. */
export type ExplainFormat = "text" | "markdown" | "json"

/** Tensors of up to this many elements are written out. */
const shownElements = 4

const digits = (value: number): string => {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "-∞" : "NaN"
  const rounded = Number(value.toPrecision(4))
  return String(Object.is(rounded, -0) ? 0 : rounded)
}

const elementsOf = (cell: Cell, values: Values): ReadonlyArray<number> => Array.from(values[cell.output] ?? [])

const norm = (elements: ReadonlyArray<number>): number => Math.hypot(...elements)

const tensor = (cell: Cell, values: Values): string => {
  const elements = elementsOf(cell, values)
  const { shape } = cell.type
  if (elements.length > shownElements) return `[${shape.join("×")}] ‖${digits(norm(elements))}‖`
  const nested = (axis: number, start: number, length: number): string => {
    if (axis === shape.length) return digits(elements[start] ?? Number.NaN)
    const count = shape[axis] as number
    const step = count === 0 ? 0 : length / count
    return `[${Array.from({ length: count }, (_, at) => nested(axis + 1, start + at * step, step)).join(" ")}]`
  }
  return nested(0, 0, elements.length)
}

const headers = [
  "op",
  "forward value",
  "local derivative",
  "incoming residual",
  "outgoing residual",
  "gradient"
] as const

const handedText = (handed: ReadonlyArray<Handed>, values: Values): string =>
  handed.map(({ to, residual }) => `${to} ← ${residual === null ? "none" : tensor(residual, values)}`).join(", ")

const opCells = (row: OpRow, values: Values): ReadonlyArray<string> => {
  const cell = (of: Cell | null): string => (of === null ? "" : tensor(of, values))
  const own = row.op === "input" ? row.label : `${row.label} = ${row.op}(${row.operands.join(", ")})`
  const local =
    row.op === "input"
      ? ""
      : row.local.values.length > 0
        ? row.local.values.map(({ residual }) => (residual === null ? "none" : tensor(residual, values))).join(" ; ")
        : row.local.rule
  return [own, cell(row.value), local, cell(row.incoming), handedText(row.outgoing, values), cell(row.gradient)]
}

const fanInCells = (row: FanInRow, values: Values): ReadonlyArray<string> => [
  `Σ into ${row.label}`,
  "",
  "",
  row.arrivals.map(({ from, residual }) => `${tensor(residual, values)} (${from})`).join(" + "),
  `= ${tensor(row.sum, values)}`,
  ""
]

const cells = (row: OpRow | FanInRow, values: Values): ReadonlyArray<string> =>
  row.kind === "op" ? opCells(row, values) : fanInCells(row, values)

const width = (text: string): number => [...text].length

const text = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const all = [headers, ...rows]
  const widths = headers.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ""))))
  const line = (row: ReadonlyArray<string>): string =>
    row
      .map((cell, column) => cell + " ".repeat((widths[column] as number) - width(cell)))
      .join("  ")
      .trimEnd()
  return [line(headers), widths.map((count) => "─".repeat(count)).join("  "), ...rows.map(line)].join("\n")
}

const markdown = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const line = (row: ReadonlyArray<string>): string =>
    `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`
  return [line(headers), line(headers.map(() => "---")), ...rows.map(line)].join("\n")
}

const jsonCell = (cell: Cell | null, values: Values): unknown => {
  if (cell === null) return null
  const elements = elementsOf(cell, values)
  const { dtype, shape } = cell.type
  return elements.length > shownElements ? { dtype, shape, norm: norm(elements) } : { dtype, shape, data: elements }
}

const jsonRow = (row: OpRow | FanInRow, values: Values): unknown => {
  if (row.kind === "fan-in") {
    return {
      row: "fan-in",
      into: row.label,
      arrivals: row.arrivals.map(({ from, residual }) => ({ from, residual: jsonCell(residual, values) })),
      sum: jsonCell(row.sum, values)
    }
  }
  const handed = (list: ReadonlyArray<Handed>): unknown =>
    list.map(({ to, residual }) => ({ to, residual: jsonCell(residual, values) }))
  return {
    row: "op",
    label: row.label,
    op: row.op,
    operands: row.operands,
    value: jsonCell(row.value, values),
    localDerivative: row.local.values.length > 0 ? handed(row.local.values) : row.local.rule,
    incomingResidual: jsonCell(row.incoming, values),
    outgoingResiduals: handed(row.outgoing),
    gradient: jsonCell(row.gradient, values)
  }
}

/**
 * Writes the table of a model's backward pass with the values that a backend computed for it: aligned text, a Markdown
 * table, or JSON with one object a row. Tensors of more than four elements stand as their shape and norm.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { explain, printExplanation } from "@residual/graph"
 * const explanation = explain(input("x", []))
 * const values = { "x.value": [2], "x.incoming": [1] }
 * printExplanation(explanation, values, "markdown").split("\n")[2] // => "| x | 2 |  | 1 |  |  |"
 * ```
 */
export const printExplanation = (explanation: Explanation, values: Values, format: ExplainFormat): string => {
  if (format === "json")
    return JSON.stringify(
      explanation.rows.map((row) => jsonRow(row, values)),
      null,
      2
    )
  const rows = explanation.rows.map((row) => cells(row, values))
  return format === "markdown" ? markdown(rows) : text(rows)
}
