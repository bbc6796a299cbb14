import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { SettingError } from "./settingError.ts"

/** A length of time above 0, which may have no end; throws a `SettingError` for what is none. */
export const checkTime = (owner: string, setting: string, given: Duration.Input): Duration.Duration => {
  const time = Duration.fromInput(given)
  if (Option.isSome(time) && Duration.isGreaterThan(time.value, Duration.zero)) return time.value
  throw new SettingError({ owner, setting, given, expected: "a length of time above 0" })
}
