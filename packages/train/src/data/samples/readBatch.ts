import { Tensor } from "@residual/backends"
import { type DType, Shape } from "@residual/core"
import * as Effect from "effect/Effect"
import type { Batch } from "../batch.ts"
import { DataError } from "../dataError.ts"
import type { Samples } from "./samples.ts"

const storages = { f32: Float32Array, f64: Float64Array, i32: Int32Array, u32: Uint32Array, bool: Uint8Array } as const

/** Elements of a type, all 0. */
export const zeros = (dtype: DType.DType, count: number): Tensor.Elements => new storages[dtype](count)

/**
 * A batch of some samples, filled up to its rows by the first of them, which then weighs nothing: padding is as good as
 * any sample, so that no model makes NaN of it.
 */
export const readBatch = (
  { columns }: Samples,
  samples: ReadonlyArray<number>,
  rows: number
): Effect.Effect<Batch, DataError> => {
  const padded =
    samples.length === rows
      ? samples
      : Array.from({ length: rows }, (_, row) => (row < samples.length ? samples[row] : samples[0]) as number)
  return Effect.gen(function* () {
    const batch: Record<string, Tensor.Tensor> = {}
    for (const [name, { type, write }] of Object.entries(columns)) {
      const size = Shape.size(type.shape)
      const elements = zeros(type.dtype, rows * size)
      yield* write(padded, elements)
      if (name === "weights") elements.fill(0, samples.length * size)
      batch[name] = Tensor.adopt({ dtype: type.dtype, shape: [rows, ...type.shape] }, elements)
    }
    batch["weights"] ??= rowWeights(samples.length, rows)
    return batch
  })
}

/** A weight for each row: 1 for those that there are, and 0 for padding. */
export const rowWeights = (known: number, rows: number): Tensor.Tensor =>
  Tensor.adopt({ dtype: "f32", shape: [rows] }, new Float32Array(rows).fill(1, 0, known))

/** Fails where there are no samples, or a batch is no whole number of rows. */
export const checkBatch = ({ source, count }: Samples, batch: number): Effect.Effect<void, DataError> => {
  const reason =
    count === 0
      ? "it has no samples"
      : Number.isSafeInteger(batch) && batch > 0
        ? undefined
        : `a batch has a whole number of rows from 1, not ${batch}`
  return reason === undefined ? Effect.void : Effect.fail(new DataError({ source, reason }))
}
