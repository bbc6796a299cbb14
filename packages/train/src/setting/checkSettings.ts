import { SettingError } from "./settingError.ts"

/** Which numbers a setting may be, in words too. */
export interface Kind {
  readonly expected: string
  readonly holds: (value: number) => boolean
}

export const finite: Kind = { expected: "a finite number", holds: Number.isFinite }

export const notNegative: Kind = {
  expected: "a finite number, 0 or more",
  holds: (value) => Number.isFinite(value) && value >= 0
}

export const positive: Kind = {
  expected: "a finite number above 0",
  holds: (value) => Number.isFinite(value) && value > 0
}

export const whole: Kind = { expected: "a whole number", holds: Number.isSafeInteger }

export const natural: Kind = {
  expected: "a whole number, 0 or more",
  holds: (value) => Number.isSafeInteger(value) && value >= 0
}

export const counting: Kind = {
  expected: "a whole number, 1 or more",
  holds: (value) => Number.isSafeInteger(value) && value >= 1
}

export const between = (low: number, high: number): Kind => ({
  expected: `a number from ${low} to ${high}`,
  holds: (value) => value >= low && value <= high
})

export const atLeast = (low: number): Kind => ({
  expected: `a finite number, ${low} or more`,
  holds: (value) => Number.isFinite(value) && value >= low
})

/** Throws a `SettingError` for the first setting that is not of its kind. */
export const checkSettings = (
  owner: string,
  settings: Readonly<Record<string, readonly [kind: Kind, given: number]>>
): void => {
  for (const [setting, [{ expected, holds }, given]] of Object.entries(settings)) {
    if (!holds(given)) throw new SettingError({ owner, setting, given, expected })
  }
}
