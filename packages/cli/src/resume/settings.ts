import * as Argument from "effect/cli/Argument"
import { setFlag, settingFlags, whole } from "../configuration/flags.ts"
import { jsonFlag } from "../json.ts"

const { data, epochs, backend, threads } = settingFlags

/** Everything that `residual resume` can be told. */
export const resumeSettings = {
  folder: Argument.String("folder").pipe(
    Argument.withDescription("Where the run's checkpoints are: checkpoints.folder of its configuration")
  ),
  data,
  steps: whole(
    "steps",
    "Training steps, from the run's beginning; a rate that falls until the end falls until theirs: training.steps"
  ),
  ...{ epochs, backend, threads },
  set: setFlag,
  json: jsonFlag
}
