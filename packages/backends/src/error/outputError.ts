import * as Data from "effect/Data"

/**
 * An output was asked for that the program does not have.
 *
 * ```ts
 * import { OutputError } from "@residual/backends"
 * new OutputError({ output: "los", available: ["loss"] }).message // => "no output \"los\"; there are: loss"
 * ```
 */
export class OutputError extends Data.TaggedError("OutputError")<{
  readonly output: string
  readonly available: ReadonlyArray<string>
}> {
  override get message(): string {
    return `no output "${this.output}"; there are: ${this.available.join(", ")}`
  }
}
