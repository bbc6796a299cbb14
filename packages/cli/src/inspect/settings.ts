import { checkpointArgument } from "../generate/settings.ts"
import { jsonFlag } from "../json.ts"

/** Everything that `residual inspect` can be told. */
export const inspectSettings = { checkpoint: checkpointArgument, json: jsonFlag }
