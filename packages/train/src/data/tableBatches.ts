import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Batch } from "./batch.ts"
import type { DataError } from "./dataError.ts"
import { type BatchOptions, checkFirst } from "./sampleOrder.ts"
import { fromTable, type TableOptions } from "./samples/fromTable.ts"
import { orderedBatches } from "./samples/orderedBatches.ts"
import { shuffledBatches } from "./samples/shuffledBatches.ts"
import type { Table } from "./table.ts"

/**
 * Batches of a table's rows in shuffled order, without end: `features`, `f32[batch, columns]`; `targets`, `i32[batch]` for
 * classes and `f32[batch]` for numbers; `weights`, `f32[batch]`, all 1. Every row comes once an epoch, in an order that
 * the key and the epoch's number decide.
 *
 * Fails with a `DataError` for a column that the table lacks, or a feature that is not a number. Throws a `SettingError` for a
 * first batch that is no whole number from 0.
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
export const shuffledRows = (table: Table, options: TableOptions & BatchOptions): Stream.Stream<Batch, DataError> => {
  checkFirst("shuffledRows", options)
  return Stream.unwrap(Effect.map(fromTable(table, options), (samples) => shuffledBatches(samples, options)))
}

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
  Stream.unwrap(Effect.map(fromTable(table, options), (samples) => orderedBatches(samples, options)))
