import * as Schema from "effect/Schema"
import { backendNames, mostThreads } from "../../backend.ts"
import { optional, Positive, setting } from "../setting.ts"

/** What computes. */
export const Backend = Schema.Struct({
  name: setting(Schema.Literals(backendNames), "cpu", "What computes"),
  threads: optional(
    Positive.check(Schema.isLessThanOrEqualTo(mostThreads)),
    "Threads of the cpu backend; `null` is one for each core"
  )
})
