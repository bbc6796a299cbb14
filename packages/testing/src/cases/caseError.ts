import * as Data from "effect/Data"

/**
 * A line of a file of op cases that is no case: no JSON, a missing or ill-typed part, or a tensor whose data do not fill
 * its shape.
 *
 * ```ts
 * import { MalformedCase } from "@residual/testing"
 * new MalformedCase({ line: 3, problem: "no JSON" }).message // => "line 3: no JSON"
 * ```
 */
export class MalformedCase extends Data.TaggedError("MalformedCase")<{
  /** The line's number, from 1. */
  readonly line: number
  readonly problem: string
}> {
  override get message(): string {
    return `line ${this.line}: ${this.problem}`
  }
}

/**
 * A case of an op that the table of cases does not know.
 *
 * ```ts
 * import { UnknownOp } from "@residual/testing"
 * new UnknownOp({ line: 3, name: "fold-0", op: "fold" }).message // => "line 3: fold-0: no op is called \"fold\""
 * ```
 */
export class UnknownOp extends Data.TaggedError("UnknownOp")<{
  readonly line: number
  readonly name: string
  readonly op: string
}> {
  override get message(): string {
    return `line ${this.line}: ${this.name}: no op is called "${this.op}"`
  }
}

/**
 * A case whose op refuses its inputs or attributes, or makes values of other types than the case expects.
 *
 * ```ts
 * import { RefusedCase } from "@residual/testing"
 * new RefusedCase({ line: 3, name: "sum-0", problem: "no axis 4" }).message // => "line 3: sum-0: no axis 4"
 * ```
 */
export class RefusedCase extends Data.TaggedError("RefusedCase")<{
  readonly line: number
  readonly name: string
  readonly problem: string
}> {
  override get message(): string {
    return `line ${this.line}: ${this.name}: ${this.problem}`
  }
}
