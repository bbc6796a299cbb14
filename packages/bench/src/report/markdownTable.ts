/** A column of a table, and on which side its cells stand. */
export interface Column {
  readonly title: string
  readonly align: "left" | "right"
}

/** A column of words. */
export const words = (title: string): Column => ({ title, align: "left" })

/** A column of numbers. */
export const numbers = (title: string): Column => ({ title, align: "right" })

/** A table as Markdown, whose cells also line up where it is read as plain text. */
export const markdownTable = (columns: ReadonlyArray<Column>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const escaped = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")))
  const widths = columns.map(({ title }, at) =>
    Math.max(title.length, 3, ...escaped.map((row) => (row[at] ?? "").length))
  )
  const line = (cells: ReadonlyArray<string>): string => {
    const padded = columns.map(({ align }, at) => {
      const [cell, width] = [cells[at] ?? "", widths[at] as number]
      return align === "left" ? cell.padEnd(width) : cell.padStart(width)
    })
    return `| ${padded.join(" | ")} |`
  }
  const rule = columns.map(({ align }, at) => {
    const dashes = "-".repeat(widths[at] as number)
    return align === "left" ? dashes : `${dashes.slice(1)}:`
  })
  return [line(columns.map(({ title }) => title)), `| ${rule.join(" | ")} |`, ...escaped.map(line)].join("\n")
}
