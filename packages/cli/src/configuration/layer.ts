import type { SettingPath } from "./problem.ts"

/** Settings from one place: a file, the flags, or what a task starts from. */
export interface Layer {
  readonly value: Settings
  /** What to call the place of a setting, `run.yaml:3` or `--heads`; nothing for what nobody wrote. */
  readonly whereOf: (path: SettingPath) => string | undefined
  /** What of it cannot be read, and so is not among its settings. */
  readonly unread: ReadonlyArray<Unread>
}

/** A setting that was given in words that cannot be read. */
export interface Unread {
  /** Nothing where the words do not tell which one it is. */
  readonly path: SettingPath | undefined
  /** Where, and why. */
  readonly line: string
}

/** Settings by name, as they are written. */
export type Settings = Readonly<Record<string, unknown>>

/** Whether a value is settings by name. */
export const isSettings = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Of two settings that say one thing in two ways, the one that is said later holds. */
const alternatives: ReadonlyArray<readonly [string, string]> = [["steps", "epochs"]]

/**
 * Settings with others over them, name by name. What is of another `kind` replaces the whole: the settings of one
 * optimiser say nothing to another.
 */
export const withOver = (under: Settings, over: Settings): Settings => {
  if (over["kind"] !== undefined && under["kind"] !== over["kind"]) return over
  const merged = Object.entries(over).map(([name, value]) => {
    const before = valueAt(under, [name])
    return [name, isSettings(before) && isSettings(value) ? withOver(before, value) : value] as const
  })
  const unsaid = alternatives
    .flatMap(([a, b]) => [[a, b] as const, [b, a] as const])
    .filter(([one, other]) => isSaid(over[one]) && !isSaid(over[other]) && isSaid(under[other]))
    .map(([, other]) => [other, null] as const)
  // Not by assignment, which takes no name of `__proto__`.
  return { ...under, ...Object.fromEntries([...merged, ...unsaid]) }
}

const isSaid = (value: unknown): boolean => value !== undefined && value !== null

/** The value at a path, and `undefined` where there is none. */
export const valueAt = (value: unknown, path: SettingPath): unknown =>
  path.reduce<unknown>(
    (held, key) =>
      typeof held === "object" && held !== null && Object.hasOwn(held, key) ? Reflect.get(held, key) : undefined,
    value
  )

/** The same settings without what stands at a path. */
export const without = (value: unknown, [key, ...rest]: SettingPath): unknown => {
  if (key === undefined) return undefined
  if (Array.isArray(value)) {
    return rest.length === 0
      ? value.filter((_, at) => at !== key)
      : value.map((item, at) => (at === key ? without(item, rest) : item))
  }
  if (!isSettings(value) || !Object.hasOwn(value, key)) return value
  const { [key]: held, ...others } = value
  return rest.length === 0 ? others : { ...others, [key]: without(held, rest) }
}
