import * as Flag from "effect/cli/Flag"
import type { BackendSettings } from "../backend.ts"
import { count, Natural, type Settings, settings as training } from "../train/settings.ts"

const { text, layers, heads, width, context, batch, seed, backend, threads, json } = training

/** Everything that `residual profile` can be told: which step, as `residual train` is told, and how it is timed. */
export const profileSettings = {
  ...{ text, layers, heads, width, context, batch, seed },
  steps: count("steps", 20, "Steps before those that are timed", Natural),
  repeat: count("repeat", 10, "Steps that are timed; what is shown is their mean"),
  regions: Flag.Boolean("regions").pipe(
    Flag.withDefault(false),
    Flag.withDescription("Show each region by itself, and not those together that are alike")
  ),
  ...{ backend, threads, json }
}

/** The settings of one profile. */
export interface ProfileSettings
  extends BackendSettings,
    Pick<Settings, "text" | "layers" | "heads" | "width" | "context" | "batch" | "seed" | "json"> {
  readonly steps: number
  readonly repeat: number
  readonly regions: boolean
}
