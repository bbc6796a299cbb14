import * as Flag from "effect/cli/Flag"
import { overriding, setFlag, settingFlags } from "../configuration/flags.ts"
import { jsonFlag } from "../json.ts"
import { checkpointArgument } from "../model/checkpointArgument.ts"

const { batch, backend, threads } = settingFlags

/** Everything that `residual eval` can be told. */
export const evalSettings = {
  checkpoint: checkpointArgument,
  data: overriding(Flag.String("data"), "A file, a folder or an address of other data to measure: data.path"),
  all: Flag.Boolean("all").pipe(
    Flag.withDefault(false),
    Flag.withDescription(
      "Measure all of the data, and not what is held out; of other data (--data), but images, all are measured anyway"
    )
  ),
  ...{ batch, backend, threads },
  set: setFlag,
  json: jsonFlag
}
