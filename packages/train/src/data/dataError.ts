import * as Data from "effect/Data"

/**
 * Data that cannot be learned from: which, where in it, and why.
 *
 * ```ts
 * import { DataError } from "@residual/train"
 * new DataError({ source: "iris.csv", line: 3, offset: 27, at: 'column "width"', reason: "no value" }).message
 * // => 'iris.csv, line 3, byte 27, column "width": no value'
 * ```
 */
export class DataError extends Data.TaggedError("DataError")<{
  /** A file, an address, or what else the data came from. */
  readonly source: string
  /** Counted from 1, where the data have lines. */
  readonly line?: number | undefined
  /** How many bytes of the data come before: before the line, where there is one. */
  readonly offset?: number | undefined
  /** Where else: a row, a column, a character. */
  readonly at?: string | undefined
  readonly reason: string
}> {
  override get message(): string {
    const { source, line, offset, at, reason } = this
    const places = [
      source,
      line === undefined ? undefined : `line ${line}`,
      offset === undefined ? undefined : `byte ${offset}`,
      at
    ]
    return `${places.filter((place) => place !== undefined).join(", ")}: ${reason}`
  }
}
