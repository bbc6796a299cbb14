import * as Schema from "effect/Schema"
import { optional, Words } from "../setting.ts"

/** What is written about a run. */
export const Report = Schema.Struct({
  tensorBoard: optional(Words, "A folder for TensorBoard's event files"),
  curve: optional(Words, "An SVG file for the curves of the losses, which is drawn anew every few seconds")
})
