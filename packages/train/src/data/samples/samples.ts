import type { Tensor } from "@residual/backends"
import type { TensorType } from "@residual/core"
import type * as Effect from "effect/Effect"
import type { DataError } from "../dataError.ts"

/** What every sample has under one name. */
export interface Column {
  /** The type of one sample's value. */
  readonly type: TensorType.TensorType
  /** Writes the values of some samples one after the other, from the beginning of elements of the column's type. */
  readonly write: (samples: ReadonlyArray<number>, into: Tensor.Elements) => Effect.Effect<void, DataError>
}

/**
 * Samples of which any may be asked for at any time: a column of values for each name that a batch will have. They are
 * read when a batch of them is made, so that they may be more than fits into memory.
 *
 * A column named `weights` says how much each sample counts, or each part of one. Without it, every sample counts 1.
 *
 * ```ts
 * import { Samples } from "@residual/train"
 * import { Effect } from "effect"
 * const squares: Samples.Samples = {
 *   source: "squares",
 *   count: 1000,
 *   columns: {
 *     square: {
 *       type: { dtype: "f32", shape: [] },
 *       write: (samples, into) => Effect.sync(() => samples.forEach((sample, at) => (into[at] = sample ** 2)))
 *     }
 *   }
 * }
 * squares.count // => 1000
 * ```
 */
export interface Samples {
  /** What the samples are called in errors. */
  readonly source: string
  readonly count: number
  readonly columns: Readonly<Record<string, Column>>
}
