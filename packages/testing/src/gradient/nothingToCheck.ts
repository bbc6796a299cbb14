import { Data } from "effect"

/**
 * A function without anything to check: no input of its is a float to differentiate by, or no output of its is one that
 * carries a residual. Accepting it would say that its gradients are right.
 *
 * ```ts
 * import { NothingToCheck } from "@residual/testing"
 * new NothingToCheck({ lacks: "output" }).message // => "no output of the function is a float, so it has no gradient to check"
 * ```
 */
export class NothingToCheck extends Data.TaggedError("NothingToCheck")<{ readonly lacks: "input" | "output" }> {
  override get message(): string {
    return `no ${this.lacks} of the function is a float, so it has no gradient to check`
  }
}
