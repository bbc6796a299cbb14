import * as Schema from "effect/Schema"
import { Natural, optional, Positive, PositiveNumber, Share, setting } from "../setting.ts"

const Clip = Schema.Struct({
  norm: optional(PositiveNumber, "The most that the norm of all gradients may be"),
  value: optional(PositiveNumber, "The most that an element of a gradient may be")
})

const EarlyStopping = Schema.Struct({
  patience: setting(Positive, 5, "Evaluations without a lower loss after which the run ends")
})

const Average = Schema.Struct({
  decay: setting(Share, 0.999, "How much of the average is kept at each step")
})

/** How a run goes. */
export const Training = Schema.Struct({
  steps: optional(Positive, "Training steps; either these or `epochs`"),
  epochs: optional(PositiveNumber, "How often the data are seen; either these or `steps`"),
  batch: setting(Positive, 32, "Samples of a step, or of each of its parts"),
  accumulate: setting(Positive, 1, "Parts of a step, whose gradients are averaged"),
  clip: optional(Clip, "What gradients are cut down to"),
  average: optional(
    Average,
    "An exponential moving average of the parameters, which is what is measured, and what `eval` and `generate` take"
  ),
  evaluateEvery: optional(
    Positive,
    "Steps after which the held-out data are measured, each time; `null` is ten times over the run"
  ),
  earlyStopping: optional(EarlyStopping, "When a run ends before its time"),
  skips: setting(
    Natural,
    0,
    "How many steps, one after the other, may be skipped since their loss or gradients are not finite, before the run fails"
  )
})
