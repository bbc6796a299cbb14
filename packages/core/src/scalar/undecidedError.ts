/**
 * An operation whose result is one integer, or one order, met a scalar that stands for several numbers and does not
 * determine it: an interval used as an index or as a sort key.
 *
 * ```ts
 * import { UndecidedError } from "@residual/core"
 * new UndecidedError("toInteger", "[0.5, 1.5] holds 0 and 1").message // => "toInteger is undecided: [0.5, 1.5] holds 0 and 1"
 * ```
 */
export class UndecidedError extends Error {
  readonly _tag = "UndecidedError"
  readonly operation: string
  constructor(operation: string, reason: string) {
    super(`${operation} is undecided: ${reason}`)
    this.name = "UndecidedError"
    this.operation = operation
  }
}
