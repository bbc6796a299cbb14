import * as Data from "effect/Data"

/**
 * An index that was given to a program lies outside the axis that it looks up: at `position` (in row-major order) of an
 * input that `op` reads as indices into an axis of `length` elements.
 *
 * ```ts
 * import { IndexError } from "@residual/backends"
 * new IndexError({ input: "tokens", op: "gather", position: 3, index: 70, length: 65 }).message
 * // => "input \"tokens\": element 3 is 70, an index for gather into an axis of 65"
 * ```
 */
export class IndexError extends Data.TaggedError("IndexError")<{
  readonly input: string
  readonly op: string
  readonly position: number
  readonly index: number
  readonly length: number
}> {
  override get message(): string {
    return `input "${this.input}": element ${this.position} is ${this.index}, an index for ${this.op} into an axis of ${this.length}`
  }
}
