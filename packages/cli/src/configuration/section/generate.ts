import * as Schema from "effect/Schema"
import { Natural, NotNegative, optional, Positive, PositiveNumber, setting } from "../setting.ts"

/** What is generated at the end. */
export const Generate = Schema.Struct({
  count: setting(Natural, 500, "Characters to generate; for names, how many of them"),
  temperature: setting(NotNegative, 0.8, "What logits are divided by: 0 takes the most probable character"),
  topK: optional(Positive, "How many of the most probable characters may be drawn"),
  topP: optional(
    PositiveNumber.check(Schema.isLessThanOrEqualTo(1)),
    "The probability that those which may be drawn have together"
  ),
  prompt: optional(
    Schema.String,
    "What to go on from; `null`, and a text of no characters, are the beginning of the text that was learned, and nothing for names"
  )
})
