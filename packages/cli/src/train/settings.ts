import * as Flag from "effect/cli/Flag"
import { configArgument, setFlag, settingFlags } from "../configuration/flags.ts"
import { jsonFlag } from "../json.ts"

/** Everything that `residual train` can be told. */
export const trainSettings = {
  config: configArgument,
  ...settingFlags,
  set: setFlag,
  printConfig: Flag.Boolean("print-config").pipe(
    Flag.withDefault(false),
    Flag.withDescription(
      "Print the configuration that all this makes, with what is not said here, as YAML, and train nothing"
    )
  ),
  json: jsonFlag
}
