import * as Effect from "effect/Effect"
import { printConfiguration } from "../configuration/print.ts"
import { type GivenConfiguration, readConfiguration } from "../configuration/readConfiguration.ts"
import { Output } from "../output.ts"
import { makeDisplay } from "../run/display.ts"
import { perform } from "../run/perform.ts"
import { openTask } from "../task/openTask.ts"
import { backendOf } from "../training/backendOf.ts"

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
    const task = yield* openTask(configuration)
    const display = makeDisplay(output, { json, task: configuration.task })
    yield* Effect.scoped(perform({ configuration, task }, display)).pipe(
      Effect.provide(backendOf(configuration)),
      Effect.tapError(() => display.settle)
    )
  })
