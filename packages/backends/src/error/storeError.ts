import * as Data from "effect/Data"

/**
 * A Store cannot be used as asked: a program's slot is missing or holds another type, the Store was made by another
 * backend, its scope is closed, or a program that has slots runs without one. `slot` is empty where it is about the
 * whole Store.
 *
 * ```ts
 * import { StoreError } from "@residual/backends"
 * new StoreError({ slot: "w", reason: "the store has no such slot" }).message // => "slot \"w\": the store has no such slot"
 * ```
 */
export class StoreError extends Data.TaggedError("StoreError")<{
  readonly slot: string
  readonly reason: string
}> {
  override get message(): string {
    return this.slot === "" ? `store: ${this.reason}` : `slot "${this.slot}": ${this.reason}`
  }
}
