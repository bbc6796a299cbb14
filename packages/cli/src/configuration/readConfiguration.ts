import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import { ConfigurationError, FailureError } from "../commandError.ts"
import { ioReason } from "../file/ioReason.ts"
import type { Configuration } from "./configuration.ts"
import { fileLayer } from "./fileLayer.ts"
import { flagLayer, type GivenSettings } from "./flags.ts"
import type { Layer } from "./layer.ts"
import { resolve } from "./resolve.ts"

/** What a command is told about a run: its configuration's file, and what flags set over it. */
export interface GivenConfiguration extends GivenSettings {
  readonly config: string | undefined
  readonly set: ReadonlyArray<string>
}

/**
 * The configuration of a run. Fails with a `ConfigurationError` that tells everything that is wrong with it at once, and
 * with a `FailureError` where its file cannot be read.
 */
export const readConfiguration = ({
  config,
  set,
  ...flags
}: GivenConfiguration): Effect.Effect<Configuration, ConfigurationError | FailureError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const file = config === undefined ? [] : [yield* readLayer(config)]
    const over = yield* orConfigurationError(flagLayer(flags, set))
    return yield* orConfigurationError(resolve([...file, over]))
  })

const readLayer = (path: string): Effect.Effect<Layer, ConfigurationError | FailureError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const text = yield* Effect.mapError(
      files.readFileString(path),
      (error) => new FailureError({ message: `${path}: cannot read the configuration: ${ioReason(error)}` })
    )
    return yield* orConfigurationError(fileLayer(path, text))
  })

const orConfigurationError = <A>(
  result: Result.Result<A, ReadonlyArray<string>>
): Effect.Effect<A, ConfigurationError> =>
  Effect.fromResult(Result.mapError(result, (problems) => new ConfigurationError({ problems })))
