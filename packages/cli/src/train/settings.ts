import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { type BackendSettings, backendFlag, threadsFlag } from "../backend.ts"
import { jsonFlag } from "../json.ts"

const Positive = Schema.Int.check(Schema.isGreaterThan(0))
/** A whole number, 0 among them. */
export const Natural = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const PositiveNumber = Schema.Finite.check(Schema.isGreaterThan(0))

/** A flag for a whole number, which says what it is by default. */
export const count = (name: string, byDefault: number, description: string, schema: typeof Positive = Positive) =>
  Flag.Int(name).pipe(
    Flag.withSchema(schema),
    Flag.withDefault(byDefault),
    Flag.withDescription(`${description} (${byDefault})`)
  )

/**
 * Everything that `residual train` can be told. By default two cores learn for about a minute, in which they read
 * Moby-Dick twice: in that time a larger model reads less, and is worse at text that it has not seen. One of this size is as
 * good at such text as at what it learned from.
 */
export const settings = {
  text: Flag.String("text").pipe(
    Flag.withDescription("A UTF-8 text file to learn (Moby-Dick)"),
    Flag.optional,
    Flag.map(Option.getOrUndefined)
  ),
  layers: count("layers", 2, "Blocks of the GPT"),
  heads: count("heads", 4, "Attention heads of a block; they divide the width"),
  width: count("width", 96, "Features of a token"),
  context: count("context", 64, "Characters that the model sees"),
  batch: count("batch", 8, "Windows of the text in a step"),
  steps: count("steps", 4500, "Training steps"),
  rate: Flag.Finite("rate").pipe(
    Flag.withSchema(PositiveNumber),
    Flag.withDefault(0.007),
    Flag.withDescription("The highest learning rate, after a warmup and before a cosine (0.007)")
  ),
  seed: Flag.Int("seed").pipe(
    Flag.withDefault(0),
    Flag.withDescription("Decides the first parameters, the order of the text and the generated text (0)")
  ),
  sample: count("sample", 500, "Characters to generate at the end", Natural),
  backend: backendFlag("cpu"),
  threads: threadsFlag,
  json: jsonFlag
}

/** The settings of one run. */
export interface Settings extends BackendSettings {
  readonly text: string | undefined
  readonly layers: number
  readonly heads: number
  readonly width: number
  readonly context: number
  readonly batch: number
  readonly steps: number
  readonly rate: number
  readonly seed: number
  readonly sample: number
  readonly json: boolean
}
