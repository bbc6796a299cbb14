import * as Data from "effect/Data"

/**
 * A setting that makes no sense: whose it is, its name, what was given, and what it should be. It is thrown by the
 * function that was given it, at the line that composed it.
 *
 * ```ts
 * import { SettingError, stepRate } from "@residual/train"
 * new SettingError({ owner: "stepRate", setting: "every", given: 0, expected: "a number" }).message
 * // => "stepRate: every is 0; expected a number"
 * stepRate({ initial: 0.1, every: 0 }) // throws SettingError: stepRate: every is 0; expected a finite number above 0
 * ```
 */
export class SettingError extends Data.TaggedError("SettingError")<{
  readonly owner: string
  readonly setting: string
  readonly given: unknown
  readonly expected: string
}> {
  override get message(): string {
    return `${this.owner}: ${this.setting} is ${String(this.given)}; expected ${this.expected}`
  }
}
