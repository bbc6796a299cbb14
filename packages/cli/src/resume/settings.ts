import * as Argument from "effect/cli/Argument"
import { setFlag, settingFlags } from "../configuration/flags.ts"
import { jsonFlag } from "../json.ts"

const { steps, epochs, backend, threads } = settingFlags

/** Everything that `residual resume` can be told. */
export const resumeSettings = {
  folder: Argument.String("folder").pipe(
    Argument.withDescription("Where the run's checkpoints are: checkpoints.folder of its configuration")
  ),
  ...{ steps, epochs, backend, threads },
  set: setFlag,
  json: jsonFlag
}
