import * as Data from "effect/Data"

/**
 * Data that cannot be learned from: which, where in it (a character, a line, a column), and why.
 *
 * ```ts
 * import { DataError } from "@residual/train"
 * new DataError({ source: "iris.csv", at: "row 3, column 2", reason: "no value" }).message
 * // => "iris.csv, row 3, column 2: no value"
 * ```
 */
export class DataError extends Data.TaggedError("DataError")<{
  readonly source: string
  readonly at?: string
  readonly reason: string
}> {
  override get message(): string {
    return `${this.source}${this.at === undefined ? "" : `, ${this.at}`}: ${this.reason}`
  }
}
