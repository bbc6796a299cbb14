import { jsonFlag } from "../json.ts"
import { checkpointArgument } from "../model/checkpointArgument.ts"

/** Everything that `residual inspect` can be told. */
export const inspectSettings = { checkpoint: checkpointArgument, json: jsonFlag }
