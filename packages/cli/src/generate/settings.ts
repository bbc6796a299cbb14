import * as Flag from "effect/cli/Flag"
import * as Schema from "effect/Schema"
import { overriding, setFlag, settingFlags, whole } from "../configuration/flags.ts"
import { Natural, NotNegative, PositiveNumber } from "../configuration/setting.ts"
import { jsonFlag } from "../json.ts"
import { checkpointArgument } from "../model/checkpointArgument.ts"

const { seed, backend, threads } = settingFlags

/** Everything that `residual generate` can be told. What is not said is as the run's configuration says. */
export const generateSettings = {
  checkpoint: checkpointArgument,
  prompt: overriding(
    Flag.String("prompt"),
    "What to go on from, as --prompt=-x where it begins with a dash: generate.prompt"
  ),
  sample: whole("count", "Characters, or names, to generate: generate.count", Natural),
  temperature: overriding(
    Flag.withSchema(Flag.Finite("temperature"), NotNegative),
    "What logits are divided by; 0 takes the most probable: generate.temperature"
  ),
  topK: whole("top-k", "How many of the most probable may be drawn: generate.topK"),
  topP: overriding(
    Flag.withSchema(Flag.Finite("top-p"), PositiveNumber.check(Schema.isLessThanOrEqualTo(1))),
    "The probability that those which may be drawn have together: generate.topP"
  ),
  ...{ seed, backend, threads },
  set: setFlag,
  json: jsonFlag
}
