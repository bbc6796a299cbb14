import * as Effect from "effect/Effect"
import { printConfiguration } from "../configuration/print.ts"
import { type GivenConfiguration, readConfiguration } from "../configuration/readConfiguration.ts"
import { Output } from "../output.ts"
import { runHere } from "../run/runHere.ts"
import { openTask } from "../task/openTask.ts"
import { orSayWhere } from "../task/orSayWhere.ts"

/** What `residual train` is told. */
export interface TrainSettings extends GivenConfiguration {
  readonly printConfig: boolean
  readonly json: boolean
}

/** `residual train`: trains what a configuration describes, shows how it goes, and ends with what it generates. */
export const train = ({ printConfig, json, ...given }: TrainSettings) =>
  Effect.gen(function* () {
    const configuration = yield* readConfiguration(given)
    const output = yield* Output
    if (printConfig) return yield* output.write(printConfiguration(configuration, json))
    const task = yield* orSayWhere(configuration, given, "--data")(openTask(configuration))
    yield* runHere({ configuration, task }, { json })
  })
