import * as Data from "effect/Data"

/**
 * Values that were given to a program do not match what it reads: one is missing, one is not read, or one has another
 * type or number of elements. It names the input, what was expected and what was given.
 *
 * ```ts
 * import { InputError } from "@residual/backends"
 * new InputError({ input: "x", expected: "f32[2]", given: "nothing" }).message // => "input \"x\": expected f32[2], given nothing"
 * ```
 */
export class InputError extends Data.TaggedError("InputError")<{
  readonly input: string
  readonly expected: string
  readonly given: string
}> {
  override get message(): string {
    return `input "${this.input}": expected ${this.expected}, given ${this.given}`
  }
}
