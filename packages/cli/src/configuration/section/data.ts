import * as Schema from "effect/Schema"
import { optional, Share, setting, Words } from "../setting.ts"

/** Where a text comes from. */
export const TextData = Schema.Struct({
  path: optional(Words, "A UTF-8 text file; `null` is Moby-Dick"),
  held: setting(Share, 0, "The last share of the text, which is held out of training, and which evaluations measure")
})
