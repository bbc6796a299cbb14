/**
 * What stands in the way of compiling: at which stage, and what is wrong. A defect of a pass names that pass.
 *
 * ```ts
 * import { CompileError } from "@residual/graph"
 * new CompileError("lower", "two inputs are named \"x\"").message // => "lower: two inputs are named \"x\""
 * ```
 */
export class CompileError extends Error {
  readonly _tag = "CompileError"
  readonly stage: string
  readonly reason: string
  constructor(stage: string, reason: string) {
    super(`${stage}: ${reason}`)
    this.name = "CompileError"
    this.stage = stage
    this.reason = reason
  }
}
