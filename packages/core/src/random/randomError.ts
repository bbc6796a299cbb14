/**
 * A request that no random draw can answer: a seed, count, index or range outside what the function takes.
 *
 * ```ts
 * import { RandomError } from "@residual/core"
 * new RandomError("keyFromSeed", 0.5, "a safe integer").message // => "keyFromSeed(0.5): expected a safe integer"
 * ```
 */
export class RandomError extends Error {
  readonly _tag = "RandomError"
  readonly operation: string
  readonly given: number
  readonly expected: string
  constructor(operation: string, given: number, expected: string) {
    super(`${operation}(${given}): expected ${expected}`)
    this.name = "RandomError"
    this.operation = operation
    this.given = given
    this.expected = expected
  }
}
