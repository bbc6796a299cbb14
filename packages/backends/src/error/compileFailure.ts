import * as Data from "effect/Data"

/**
 * A computation did not compile: at which stage, and why.
 *
 * ```ts
 * import { CompileFailure } from "@residual/backends"
 * new CompileFailure({ stage: "lower", reason: "two inputs are named \"x\"" }).message
 * // => "lower: two inputs are named \"x\""
 * ```
 */
export class CompileFailure extends Data.TaggedError("CompileFailure")<{
  readonly stage: string
  readonly reason: string
}> {
  override get message(): string {
    return `${this.stage}: ${this.reason}`
  }
}
