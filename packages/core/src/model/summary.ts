import type { AnyExpr } from "../expr.ts"
import { topological } from "../expr.ts"
import * as ShapeOf from "../shape.ts"
import * as TypeOf from "../tensorType.ts"
import * as Tree from "../tree.ts"
import { applyObserved } from "./apply.ts"
import { join, parameters } from "./members.ts"
import type { Model } from "./model.ts"
import { slots } from "./slots.ts"

/**
 * One call of a model within another: where, what it gives, and what it has itself, without what it calls.
 *
 * ```ts
 * import { input, Model } from "@residual/core"
 * Model.summaryRows(Model.linear({ in: 4, out: 3 }), input("x", [2, 4]))
 * // => [{ path: "", output: "f32[2,3]", parameters: 15, flop: 48 }]
 * ```
 */
export interface SummaryRow {
  readonly path: string
  readonly output: string
  /** Elements of the parameters that have their first place here. */
  readonly parameters: number
  /** Multiplications and additions of the matrix products, convolutions among them. */
  readonly flop: number
}

const flopOf = (expr: AnyExpr): number => {
  if (expr.op.name !== "dot") return 0
  const inner = expr.inputs[0]?.type.shape.at(-1) as number
  return 2 * inner * ShapeOf.size(expr.type.shape)
}

const exprsOf = (value: unknown): ReadonlyArray<AnyExpr> => Tree.leaves<AnyExpr>(value as Tree.Tree<AnyExpr>)

const typeText = (output: unknown): string =>
  Tree.entries<AnyExpr>(output as Tree.Tree<AnyExpr>)
    .map(([path, { type }]) => (path === "" ? TypeOf.print(type) : `${path}: ${TypeOf.print(type)}`))
    .join(", ")

/**
 * What a model consists of, call by call in the order of the calls, as its forward pass in evaluation is composed for an
 * input. Throws as `apply` does.
 *
 * ```ts
 * import { input, Model } from "@residual/core"
 * const model = Model.sequence(Model.linear({ in: 4, out: 8 }), Model.linear({ in: 8, out: 3 }))
 * Model.summaryRows(model, input("x", [1, 4])).map(({ path, parameters }) => [path, parameters])
 * // => [["", 0], ["0", 40], ["1", 27]]
 * ```
 */
export const summaryRows = <In>(model: Model<In, unknown>, input: In): ReadonlyArray<SummaryRow> => {
  const counts = Object.entries(parameters(model)).map(([path, { shape }]) => [path, ShapeOf.size(shape)] as const)
  const rows: Array<SummaryRow> = []
  const counted = new Set<AnyExpr>()
  /** The operations that a value is made of and that have not been counted yet. */
  const newFlop = (value: unknown): number => {
    const reads = (expr: AnyExpr): ReadonlyArray<AnyExpr> =>
      (expr.op.kind === "composite" ? expr.body : expr.inputs).filter((read) => !counted.has(read))
    const composed = topological(exprsOf(value), reads).filter((expr) => !counted.has(expr))
    for (const expr of composed) counted.add(expr)
    return composed.reduce((total, expr) => total + flopOf(expr), 0)
  }
  const open: Array<number> = []
  const charge = (value: unknown): void => {
    const flop = newFlop(value)
    const at = open.at(-1)
    if (at !== undefined) rows[at] = { ...(rows[at] as SummaryRow), flop: (rows[at] as SummaryRow).flop + flop }
  }
  applyObserved(model, { ...slots(model), mode: "evaluate" }, input, (path, { tree }, given) => {
    // What has been composed until the call belongs to the model that calls.
    charge(given)
    const own = new Set(Object.keys(tree).map((name) => join(path, name)))
    const parameters = counts.reduce((total, [name, count]) => (own.has(name) ? total + count : total), 0)
    const at = rows.push({ path, output: "", parameters, flop: 0 }) - 1
    open.push(at)
    return (output) => {
      charge(output)
      open.pop()
      rows[at] = { ...(rows[at] as SummaryRow), output: typeText(output) }
    }
  })
  return rows
}

const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, " ")

/**
 * A model as a table: for each model within, its path, what it gives for an input, how many parameters it has and how
 * many floating-point operations its matrix products take; then the totals. Throws as `apply` does.
 *
 * ```ts
 * import { input, Model } from "@residual/core"
 * Model.summary(Model.linear({ in: 4, out: 3 }), input("x", [2, 4])).split("\n").at(-1)
 * // => "total                    15    48"
 * ```
 */
export const summary = <In>(model: Model<In, unknown>, input: In): string => {
  const rows = summaryRows(model, input)
  // Parameters of what evaluation does not call belong to the model, too.
  const sizes = Object.values(parameters(model)).map(({ shape }) => ShapeOf.size(shape))
  const total = (counts: ReadonlyArray<number>): string => grouped(counts.reduce((sum, count) => sum + count, 0))
  const cells = [
    ["path", "output", "parameters", "FLOP"],
    ...rows.map((row) => [row.path || "·", row.output, grouped(row.parameters), grouped(row.flop)]),
    ["total", "", total(sizes), total(rows.map((row) => row.flop))]
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => (row[column] as string).length)))
  const padded = (text: string, column: number): string =>
    column < 2 ? text.padEnd(widths[column] as number) : text.padStart(widths[column] as number)
  return cells.map((row) => row.map(padded).join("  ")).join("\n")
}
