import * as Data from "effect/Data"

/**
 * Something was asked of a backend, a model or a trainer that is closed, or that was closed before it had answered.
 *
 * ```ts
 * import { ClosedError } from "@residual/promise"
 * new ClosedError({ what: "the trainer" }).message // => "the trainer is closed"
 * ```
 */
export class ClosedError extends Data.TaggedError("ClosedError")<{ readonly what: string }> {
  override get message(): string {
    return `${this.what} is closed`
  }
}
