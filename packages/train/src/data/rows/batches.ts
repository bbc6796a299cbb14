import { Tensor } from "@residual/backends"
import { Shape, type TensorType } from "@residual/core"
import type * as Stream from "effect/Stream"
import { checkSettings, counting } from "../../setting/checkSettings.ts"
import type { Batch } from "../batch.ts"
import { DataError } from "../dataError.ts"
import { rowWeights, zeros } from "../samples/readBatch.ts"
import { type Decoded, type Decoder, decode } from "../stream/decode.ts"
import { writeValue } from "./writeValue.ts"

/** The values of one row by the names of the columns: numbers, nested arrays, or typed arrays in row-major order. */
export type Row = Readonly<Record<string, Tensor.Numbers>>

/** How rows become batches. */
export interface RowBatchOptions {
  /** What the rows are called in errors. */
  readonly source: string
  /** Rows of a batch. */
  readonly batch: number
  /** What a batch has of each row: the type of one row's value. */
  readonly columns: Readonly<Record<string, TensorType.TensorType>>
  /** Whether the last batch is filled up with rows of weight 0 (`"pad"`, the default), or left out where it is not full. */
  readonly last?: "pad" | "drop"
}

/**
 * Batches of rows that come one after the other, in that order: the columns by their names, and `weights`, `f32[batch]`,
 * which are 1 but for padding. A column named `weights` says how much each row counts, or each part of one; padding counts
 * 0 then, too. Padding repeats the first row of its batch.
 *
 * Fails with a `DataError` that names the row and the column, where a value is missing, has another shape, or is none of the
 * column's type, or no number, such as a text of one; where there are no rows, or fewer than a batch that is not to be padded; and as the rows fail. Throws a
 * `SettingError` for a batch that is no whole number of rows from 1.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { Bytes, Read, Rows } from "@residual/train"
 * import { Effect, Schema, Stream } from "effect"
 * const Point = Schema.Struct({ x: Schema.Finite, y: Schema.Finite })
 * const rows = Read.csv(Bytes.of("points", "x,y\n1,2\n3,4\n5,6\n"), { schema: Point })
 * const scalar = { dtype: "f32", shape: [] } as const
 * const batches = Rows.batches(rows, { source: "points", batch: 2, columns: { x: scalar, y: scalar } })
 * const [, last] = Effect.runSync(Stream.runCollect(batches))
 * Tensor.toArray(last!["x"]!) // => [5, 5]
 * Tensor.toArray(last!["weights"]!) // => [1, 0]
 * ```
 */
export const batches = <E, R>(
  rows: Stream.Stream<Row, E, R>,
  options: RowBatchOptions
): Stream.Stream<Batch, E | DataError, R> => {
  checkSettings("Rows.batches", { batch: [counting, options.batch] })
  return decode(rows, () => batcher(options))
}

const batcher = ({ source, batch, columns, last = "pad" }: RowBatchOptions): Decoder<Row, Batch> => {
  const entries = Object.entries(columns)
  let filling: Readonly<Record<string, Tensor.Elements>> | undefined
  // Rows of the batch that is being filled, and of all before.
  let [known, before] = [0, 0]

  const fail = (reason: string, at?: string): Decoded<never> => ({
    values: [],
    failure: new DataError({ source, at, reason })
  })

  /** The rows so far as a batch. */
  const take = (elements: Readonly<Record<string, Tensor.Elements>>): Batch => {
    const made = Object.fromEntries(
      entries.map(([name, { dtype, shape }]) => {
        const values = elements[name] as Tensor.Elements
        const size = Shape.size(shape)
        if (name === "weights") values.fill(0, known * size)
        else for (let row = known; row < batch; row++) values.copyWithin(row * size, 0, size)
        return [name, Tensor.adopt({ dtype, shape: [batch, ...shape] }, values)]
      })
    )
    const weighted = { ...made, weights: made["weights"] ?? rowWeights(known, batch) }
    filling = undefined
    before += known
    known = 0
    return weighted
  }

  return {
    push: (row) => {
      // Rows of data come as they were written, whatever their type says.
      if (typeof row !== "object" || row === null) return fail("it is no record of columns", `row ${before + known}`)
      filling ??= Object.fromEntries(
        entries.map(([name, { dtype, shape }]) => [name, zeros(dtype, batch * Shape.size(shape))])
      )
      for (const [name, type] of entries) {
        const reason = writeValue(row[name], type, filling[name] as Tensor.Elements, known)
        if (reason !== undefined) return fail(reason, `row ${before + known}, column "${name}"`)
      }
      known++
      return { values: known === batch ? [take(filling)] : [] }
    },
    end: () => {
      if (before + known === 0) return fail("it has no rows")
      if (filling === undefined) return { values: [] }
      if (last === "pad") return { values: [take(filling)] }
      return before > 0 ? { values: [] } : fail(`it has ${known} rows, fewer than a batch of ${batch}`)
    }
  }
}
