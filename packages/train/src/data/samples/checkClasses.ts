import { Shape } from "@residual/core"
import * as Effect from "effect/Effect"
import { DataError } from "../dataError.ts"
import { zeros } from "./readBatch.ts"
import type { Column, Samples } from "./samples.ts"

/** What a column of classes may hold. */
export interface ClassOptions {
  readonly classes: number
  /** The column's name: `targets` by default. */
  readonly column?: string
  /** A number that is no class, of rows that a loss leaves out: none by default. */
  readonly ignored?: number
}

/** How many samples are read at a time. */
const portion = 4096

/**
 * Looks through a column of class numbers, and fails with a `DataError` that names the first sample whose class is not one
 * of so many, counted from 0: before a run, in which its loss would be NaN. Only that column is read.
 *
 * ```ts
 * import { Samples } from "@residual/train"
 * import { Effect } from "effect"
 * const check = Effect.gen(function* () {
 *   const samples = yield* Samples.fromArrays({ targets: Int32Array.of(0, 9, 10) }, { source: "digits" })
 *   yield* Samples.checkClasses(samples, { classes: 10 })
 * })
 * Effect.runSync(Effect.flip(check)).message
 * // => 'digits, column "targets", row 2: the class 10 is none of 10, which are 0 to 9'
 * ```
 */
export const checkClasses = (
  { source, count, columns }: Samples,
  { classes, column = "targets", ignored }: ClassOptions
): Effect.Effect<void, DataError> =>
  Effect.gen(function* () {
    const found = columns[column]
    if (found === undefined) {
      const reason = `no column "${column}"; there are ${Object.keys(columns).join(", ")}`
      return yield* Effect.fail(new DataError({ source, reason }))
    }
    const { type, write }: Column = found
    const size = Shape.size(type.shape)
    for (let from = 0; from < count; from += portion) {
      const samples = Array.from({ length: Math.min(portion, count - from) }, (_, at) => from + at)
      const elements = zeros(type.dtype, samples.length * size)
      yield* write(samples, elements)
      const at = elements.findIndex(
        (value) => value !== ignored && !(Number.isInteger(value) && value >= 0 && value < classes)
      )
      if (at >= 0) {
        const reason = `the class ${elements[at]} is none of ${classes}, which are 0 to ${classes - 1}`
        const row = from + Math.floor(at / size)
        return yield* Effect.fail(new DataError({ source, at: `column "${column}", row ${row}`, reason }))
      }
    }
  })
