/** Where a setting stands in a configuration: the keys that lead to it; a place in a list is a number. */
export type SettingPath = ReadonlyArray<string | number>

/** Something in a configuration that cannot be: which setting, and why. */
export interface Problem {
  readonly path: SettingPath
  readonly reason: string
}

/** A path as it is written: `model.heads`, `optimiser.groups[0].rate`. */
export const pathText = (path: SettingPath): string =>
  path.map((key, at) => (typeof key === "number" ? `[${key}]` : at === 0 ? key : `.${key}`)).join("")

/** Whether one path is the other, or leads to it. */
export const leadsTo = (path: SettingPath, other: SettingPath): boolean =>
  path.length <= other.length && path.every((key, at) => key === other[at])
