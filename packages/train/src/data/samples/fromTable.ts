import * as Effect from "effect/Effect"
import { DataError } from "../dataError.ts"
import type { Table, TableColumn } from "../table.ts"
import type { Column, Samples } from "./samples.ts"

/** Which columns are read, and which one is learned. */
export interface TableOptions {
  readonly features: ReadonlyArray<string>
  readonly target: string
}

/**
 * A table's rows as samples: `features`, `f32[columns]`, and `targets`, an `i32` for classes and an `f32` for numbers.
 *
 * Fails with a `DataError` for a column that the table lacks, or a feature that is not a number.
 *
 * ```ts
 * import { Samples, tableFromCsv } from "@residual/train"
 * import { Effect } from "effect"
 * const samples = Effect.gen(function* () {
 *   const table = yield* tableFromCsv("flowers", "length,width,kind\n1.5,2,rose\n2,1,daisy\n")
 *   return yield* Samples.fromTable(table, { features: ["length", "width"], target: "kind" })
 * })
 * const { features, targets } = Effect.runSync(samples).columns
 * features!.type // => { dtype: "f32", shape: [2] }
 * targets!.type // => { dtype: "i32", shape: [] }
 * ```
 */
export const fromTable = (
  { source, rows, columns }: Table,
  { features, target }: TableOptions
): Effect.Effect<Samples, DataError> => {
  const missing = [...features, target].find((name) => !Object.hasOwn(columns, name))
  if (missing !== undefined) {
    const reason = `no column "${missing}"; there are ${Object.keys(columns).join(", ")}`
    return Effect.fail(new DataError({ source, reason }))
  }
  const column = (name: string) => columns[name] as TableColumn
  const named = features.find((name) => column(name).kind === "classes")
  if (named !== undefined) {
    return Effect.fail(new DataError({ source, reason: `the column "${named}" holds names, not numbers` }))
  }
  return Effect.succeed({
    source,
    count: rows,
    columns: { features: side(features.map(column)), targets: scalars(column(target)) }
  })
}

/** Columns of numbers side by side. */
const side = (columns: ReadonlyArray<TableColumn>): Column => ({
  type: { dtype: "f32", shape: [columns.length] },
  write: (samples, into) =>
    Effect.sync(() => {
      for (const [row, sample] of samples.entries()) {
        for (const [at, { values }] of columns.entries()) into[row * columns.length + at] = values[sample] as number
      }
    })
})

const scalars = ({ kind, values }: TableColumn): Column => ({
  type: { dtype: kind === "classes" ? "i32" : "f32", shape: [] },
  write: (samples, into) =>
    Effect.sync(() => {
      for (const [row, sample] of samples.entries()) into[row] = values[sample] as number
    })
})
