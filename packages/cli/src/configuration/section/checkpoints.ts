import * as Schema from "effect/Schema"
import { optional, Positive, setting, Words } from "../setting.ts"

/** Where and how often a run is saved. */
export const Checkpoints = Schema.Struct({
  folder: optional(Words, "Where checkpoints are written; `null` is nowhere"),
  every: setting(Positive, 500, "Steps after which one is written; one is written at the end in any case"),
  keep: setting(Positive, 3, "How many of the last ones are kept, beside the best")
})
