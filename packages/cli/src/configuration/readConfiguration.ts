import { Bytes, ioReason, Read } from "@residual/train"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import { type ConfigurationError, FailureError } from "../commandError.ts"
import type { Configuration } from "./configuration.ts"
import { fileLayer } from "./fileLayer.ts"
import { flagLayer, type GivenSettings } from "./flags.ts"
import type { Layer } from "./layer.ts"
import { orConfigurationError } from "./orConfigurationError.ts"
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
    return yield* orConfigurationError(configurationOf(file, flagLayer(flags, set)))
  })

/** What a file's settings make, if there is one, with those of flags over them; or everything that is wrong, a line each. */
export const configurationOf = (
  file: ReadonlyArray<Result.Result<Layer, ReadonlyArray<string>>>,
  over: Layer
): Result.Result<Configuration, ReadonlyArray<string>> => {
  const read = Result.all(file)
  return Result.isFailure(read)
    ? Result.fail([...read.failure, ...over.unread.map(({ line }) => line)])
    : resolve([...read.success, over])
}

/** The settings of a file, or everything in it that is neither UTF-8 nor YAML. */
const readLayer = (path: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const bytes = yield* Effect.mapError(
      files.readFile(path),
      (error) => new FailureError({ message: `${path}: cannot read the configuration: ${ioReason(error)}` })
    )
    const text = yield* Effect.result(Read.text(Bytes.of(path, bytes)))
    return Result.flatMap(
      Result.mapError(text, ({ line, offset, reason }) => [`${path}:${line}: byte ${offset}: ${reason}`]),
      (text) => fileLayer(path, text)
    )
  })
