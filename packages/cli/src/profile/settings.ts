import * as Flag from "effect/cli/Flag"
import { configArgument, count, setFlag, settingFlags } from "../configuration/flags.ts"
import type { GivenConfiguration } from "../configuration/readConfiguration.ts"
import { Natural } from "../configuration/setting.ts"
import { jsonFlag } from "../json.ts"

const { data, text, layers, heads, width, context, batch, seed, backend, threads } = settingFlags

/** Everything that `residual profile` can be told: which step, as `residual train` is told, and how it is timed. */
export const profileSettings = {
  config: configArgument,
  ...{ data, text, layers, heads, width, context, batch, seed },
  steps: count("steps", 20, "Steps before those that are timed", Natural),
  repeat: count("repeat", 10, "Steps that are timed; what is shown is their mean"),
  regions: Flag.Boolean("regions").pipe(
    Flag.withDefault(false),
    Flag.withDescription("Show each region by itself, and not those together that are alike")
  ),
  ...{ backend, threads },
  set: setFlag,
  json: jsonFlag
}

/** The settings of one profile. */
export interface ProfileSettings extends Omit<GivenConfiguration, "steps"> {
  readonly steps: number
  readonly repeat: number
  readonly regions: boolean
  readonly json: boolean
}
