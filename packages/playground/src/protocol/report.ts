import * as Schema from "effect/Schema"

const run = Schema.Natural

/** An image of a digit: 28 rows of 28 bytes, dark to light. */
const DigitImage = Schema.Struct({ digit: Schema.Natural, pixels: Schema.Uint8Array })

/** What the classifier takes an image for, and with what probability. */
const Guess = Schema.Struct({ digit: Schema.Natural, probability: Schema.Finite })

/** What the worker tells the page of a run. */
export const Report = Schema.TaggedUnion({
  /** What is awaited before the first step. */
  Preparing: { run, what: Schema.Literals(["data", "programs"]) },
  Started: { run, parameters: Schema.Natural, steps: Schema.Natural },
  /** Steps that follow those reported before: the loss of each, and the seconds that it took. */
  Stepped: { run, losses: Schema.Array(Schema.Finite), seconds: Schema.Array(Schema.Finite) },
  /** Text is about to be generated, after so many steps. */
  Sampling: { run, step: Schema.Natural, prompt: Schema.String },
  /** The text goes on. */
  Sampled: { run, text: Schema.String },
  /** The held-out digits that are shown. */
  Shown: { run, images: Schema.Array(DigitImage) },
  /** The share of all held-out digits that were recognised after so many steps, and the guesses for those shown. */
  Evaluated: {
    run,
    step: Schema.Natural,
    accuracy: Schema.Finite,
    count: Schema.Natural,
    guesses: Schema.Array(Guess)
  },
  Ended: { run, how: Schema.Literals(["finished", "stopped"]) },
  /** The run failed with an error, told apart by its tag. */
  Failed: { run, tag: Schema.String, message: Schema.String }
})

export type Report = typeof Report.Type

/** A report without the number of its run. */
export type Unaddressed = {
  readonly [Tag in Report["_tag"]]: Omit<Extract<Report, { readonly _tag: Tag }>, "run">
}[Report["_tag"]]

export type Guess = typeof Guess.Type

export type DigitImage = typeof DigitImage.Type
