import type * as Effect from "effect/Effect"
import { of } from "./bytes/of.ts"
import type { DataError } from "./dataError.ts"
import { type TableTextOptions, table } from "./read/table.ts"
import type { Table } from "./table.ts"

/**
 * Comma-separated text at hand as a table, as `Read.table` makes one of bytes.
 *
 * ```ts
 * import { tableFromCsv } from "@residual/train"
 * import { Effect } from "effect"
 * const table = Effect.runSync(tableFromCsv("flowers", "length,kind\n1.5,rose\n2,daisy\n"))
 * table.columns["kind"] // => { kind: "classes", classes: ["daisy", "rose"], values: Int32Array.of(1, 0) }
 * ```
 */
export const tableFromCsv = (
  source: string,
  text: string,
  options: TableTextOptions = {}
): Effect.Effect<Table, DataError> => table(of(source, text), options)
