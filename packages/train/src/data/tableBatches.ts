import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Batch, floats, integers } from "./batch.ts"
import { DataError } from "./dataError.ts"
import { type BatchOptions, orderedSamples, shuffledSamples } from "./sampleOrder.ts"
import type { Column, Table } from "./table.ts"

/** Which columns are read, and which one is learned. */
export interface TableOptions {
  readonly features: ReadonlyArray<string>
  readonly target: string
}

interface Chosen {
  readonly features: ReadonlyArray<Column>
  readonly target: Column
}

const choose = (table: Table, { features, target }: TableOptions): Effect.Effect<Chosen, DataError> => {
  const missing = [...features, target].find((name) => !Object.hasOwn(table.columns, name))
  if (missing !== undefined) {
    const reason = `no column "${missing}"; there are ${Object.keys(table.columns).join(", ")}`
    return Effect.fail(new DataError({ source: table.source, reason }))
  }
  const column = (name: string) => table.columns[name] as Column
  const named = features.find((name) => column(name).kind === "classes")
  return named === undefined
    ? Effect.succeed({ features: features.map(column), target: column(target) })
    : Effect.fail(new DataError({ source: table.source, reason: `the column "${named}" holds names, not numbers` }))
}

/**
 * Batches of a table's rows in shuffled order, without end: `features`, `f32[batch, columns]`; `targets`, `i32[batch]` for
 * classes and `f32[batch]` for numbers; `weights`, `f32[batch]`, all 1. Every row comes once an epoch, in an order that
 * the key and the epoch's number decide.
 *
 * Fails with a `DataError` for a column that the table lacks, or a feature that is not a number.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { HostRandom } from "@residual/core"
 * import { shuffledRows, tableFromCsv } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * const table = Effect.runSync(tableFromCsv("points", "x,y\n1,2\n"))
 * const batches = shuffledRows(table, { features: ["x"], target: "y", batch: 1, key: HostRandom.keyFromSeed(0) })
 * const [first] = Effect.runSync(Stream.runCollect(Stream.take(batches, 1)))
 * Tensor.toArray(first!["targets"]!) // => [2]
 * ```
 */
export const shuffledRows = (table: Table, options: TableOptions & BatchOptions): Stream.Stream<Batch, DataError> =>
  Stream.unwrap(
    Effect.map(choose(table, options), (chosen) =>
      Stream.map(shuffledSamples(table.rows, options), (rows) => rowsAt(chosen, rows, options.batch))
    )
  )

/**
 * Batches of a table's rows in order and once, for evaluation, as `shuffledRows` gives them. The last batch is filled up
 * with rows of weight 0, so that every batch has one shape. Fails as `shuffledRows` does.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { orderedRows, tableFromCsv } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * const table = Effect.runSync(tableFromCsv("points", "x,y\n1,2\n3,4\n5,6\n"))
 * const batches = Effect.runSync(Stream.runCollect(orderedRows(table, { features: ["x"], target: "y", batch: 2 })))
 * Tensor.toArray(batches[1]!["weights"]!) // => [1, 0]
 * ```
 */
export const orderedRows = (
  table: Table,
  options: TableOptions & { readonly batch: number }
): Stream.Stream<Batch, DataError> =>
  Stream.unwrap(
    Effect.map(choose(table, options), (chosen) =>
      Stream.map(orderedSamples(table.rows, options.batch), (rows) => rowsAt(chosen, rows, options.batch))
    )
  )

const rowsAt = ({ features, target }: Chosen, rows: ReadonlyArray<number>, batch: number): Batch => {
  const read = new Float32Array(batch * features.length)
  const learned = target.kind === "classes" ? new Int32Array(batch) : new Float32Array(batch)
  for (const [row, from] of rows.entries()) {
    for (const [at, { values }] of features.entries()) read[row * features.length + at] = values[from] ?? Number.NaN
    learned[row] = target.values[from] ?? Number.NaN
  }
  return {
    features: floats([batch, features.length], read),
    targets: learned instanceof Int32Array ? integers([batch], learned) : floats([batch], learned),
    weights: floats([batch], new Float32Array(batch).fill(1, 0, rows.length))
  }
}
