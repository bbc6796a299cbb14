import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { type BackendSettings, backendFlag, threadsFlag } from "../backend.ts"
import { jsonFlag } from "../json.ts"

const Positive = Schema.Int.check(Schema.isGreaterThan(0))
const Natural = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const PositiveNumber = Schema.Finite.check(Schema.isGreaterThan(0))

const count = (name: string, byDefault: number, description: string, schema: typeof Positive = Positive) =>
  Flag.Int(name).pipe(
    Flag.withSchema(schema),
    Flag.withDefault(byDefault),
    Flag.withDescription(`${description} (${byDefault})`)
  )

/** Everything that `residual train` can be told. */
export const settings = {
  text: Flag.String("text").pipe(
    Flag.withDescription("A UTF-8 text file to learn (Moby-Dick)"),
    Flag.optional,
    Flag.map(Option.getOrUndefined)
  ),
  layers: count("layers", 2, "Blocks of the GPT"),
  heads: count("heads", 4, "Attention heads of a block; they divide the width"),
  width: count("width", 32, "Features of a token"),
  context: count("context", 16, "Characters that the model sees"),
  batch: count("batch", 8, "Windows of the text in a step"),
  steps: count("steps", 1000, "Training steps"),
  rate: Flag.Finite("rate").pipe(
    Flag.withSchema(PositiveNumber),
    Flag.withDefault(0.004),
    Flag.withDescription("The highest learning rate, after a warmup and before a cosine (0.004)")
  ),
  seed: Flag.Int("seed").pipe(
    Flag.withDefault(0),
    Flag.withDescription("Decides the first parameters, the order of the text and the generated text (0)")
  ),
  sample: count("sample", 300, "Characters to generate at the end", Natural),
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
