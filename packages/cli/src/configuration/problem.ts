/** Where a setting stands in a configuration: the keys that lead to it; a place in a list is a number. */
export type SettingPath = ReadonlyArray<string | number>

/** Something in a configuration that cannot be: which setting, and why. */
export interface Problem {
  readonly path: SettingPath
  readonly reason: string
}

/** A name that needs no quotes in a path. */
const plain = /^[^\s=."]+$/

/** A path as it is written: `model.heads`, `rate.at[0]`, `data.kinds."petal.length"`. */
export const pathText = (path: SettingPath): string =>
  path
    .map((key, at) => {
      if (typeof key === "number") return `[${key}]`
      return `${at === 0 ? "" : "."}${plain.test(key) ? key : `"${key}"`}`
    })
    .join("")

const parts = /"[^"]*"|[^\s=."]+/g
const whole = new RegExp(`^(?:${parts.source})(?:\\.(?:${parts.source}))*$`)

/** The path that a text is, whose names may be in quotes; `undefined` for one that is none. */
export const readPath = (text: string): SettingPath | undefined =>
  whole.test(text) ? text.match(parts)?.map((part) => part.replaceAll('"', "")) : undefined

/** Whether one path is the other, or leads to it. */
export const leadsTo = (path: SettingPath, other: SettingPath): boolean =>
  path.length <= other.length && path.every((key, at) => key === other[at])

/** Whether one of two paths leads to the other. */
export const areOnOneWay = (path: SettingPath, other: SettingPath): boolean =>
  leadsTo(path, other) || leadsTo(other, path)
