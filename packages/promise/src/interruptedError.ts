import * as Data from "effect/Data"

/**
 * An Effect or a Stream interrupted itself: neither a signal nor the end of what it ran in did.
 *
 * ```ts
 * import { InterruptedError, toPromise } from "@residual/promise"
 * import { Effect } from "effect"
 * const error = await toPromise(Effect.interrupt).catch((error) => error)
 * error instanceof InterruptedError // => true
 * error.message // => "the Promise: its Effect interrupted itself"
 * ```
 */
export class InterruptedError extends Data.TaggedError("InterruptedError")<{ readonly what: string }> {
  override get message(): string {
    return `${this.what}: its Effect interrupted itself`
  }
}
