import * as Schema from "effect/Schema"
import { optional, Positive, PositiveNumber, setting } from "../setting.ts"

const Clip = Schema.Struct({
  norm: optional(PositiveNumber, "The most that the norm of all gradients may be")
})

/** How a run goes. */
export const Training = Schema.Struct({
  steps: optional(Positive, "Training steps; either these or `epochs`"),
  epochs: optional(PositiveNumber, "How often the data are seen; either these or `steps`"),
  batch: setting(Positive, 32, "Samples of a step"),
  clip: optional(Clip, "What gradients are cut down to"),
  evaluateEvery: optional(
    Positive,
    "Steps after which what is held out is measured; `null` is after the last step alone"
  )
})
