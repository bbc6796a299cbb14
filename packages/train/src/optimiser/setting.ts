import { atLeast, checkSettings, type Kind } from "../setting/checkSettings.ts"

/**
 * A number that an optimiser is told, or a function that gives it for each step, counted from 0. None of them is part of a
 * compiled program, so that another value compiles nothing.
 *
 * ```ts
 * import { type Setting, sgd } from "@residual/train"
 * const momentum: Setting = (step) => Math.min(0.95, 0.5 + step / 1000)
 * sgd({ momentum }).scalars({ rate: 0.1, step: 0 })["momentum"] // => 0.5
 * ```
 */
export type Setting = number | ((step: number) => number)

/** What is kept of a mean from step to step: all of it would never learn anything. */
export const keptShare: Kind = {
  expected: "a number from 0 up to, but not including, 1",
  holds: (value) => value >= 0 && value < 1
}

/** How far a slow value moves towards another: not at all would never learn anything. */
export const newShare: Kind = {
  expected: "a number above 0, up to 1",
  holds: (value) => value > 0 && value <= 1
}

/** What keeps a denominator above 0, in 32 bits too, even where the correction of a bias makes less of it. */
export const addend: Kind = atLeast(1e-30)

/** What something that grows is multiplied by. */
export const atLeastOne: Kind = atLeast(1)

/** A setting as it is read at a step. */
export type SettingAt = (step: number) => number

/**
 * Reads the settings of one optimiser. A number outside its range throws a `SettingError` at once; a function, when a step
 * is given such a number.
 */
export const settingsOf =
  (owner: string) =>
  (name: string, setting: Setting, kind: Kind): SettingAt => {
    const checked = (value: number): number => {
      checkSettings(owner, { [name]: [kind, value] })
      return value
    }
    if (typeof setting === "function") return (step) => checked(setting(step))
    const value = checked(setting)
    return () => value
  }
