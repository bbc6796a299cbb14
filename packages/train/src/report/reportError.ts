import * as Data from "effect/Data"
import type * as PlatformError from "effect/PlatformError"
import { ioReason } from "../file/ioReason.ts"

/**
 * A report of a run that could not be made or written to, an event file or a chart: which file, and why.
 *
 * ```ts
 * import { ReportError } from "@residual/train"
 * new ReportError({ path: "runs/first", reason: "cannot make it: it is not permitted" }).message
 * // => "runs/first: cannot make it: it is not permitted"
 * ```
 */
export class ReportError extends Data.TaggedError("ReportError")<{
  readonly path: string
  readonly reason: string
}> {
  override get message(): string {
    return `${this.path}: ${this.reason}`
  }
}

/** Tells what was to be done with which file, and why it could not be. */
export const reportFailure = (path: string, doing: string) => (error: PlatformError.PlatformError) =>
  new ReportError({ path, reason: `cannot ${doing} it: ${ioReason(error)}` })
