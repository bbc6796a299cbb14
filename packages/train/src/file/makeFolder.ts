import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import { isMissing, isThere } from "./ioReason.ts"

/**
 * Makes a folder, and those that it is to be in, where they are not there: one after the other. Node's own way (`recursive`)
 * goes round for ever in a folder that is there and lets none be made, such as `/proc`.
 *
 * Fails with the system's reason where one cannot be made, and where there is something else in its place.
 *
 * ```ts
 * import { makeFolder } from "@residual/train"
 * import { Effect, FileSystem, Path } from "effect"
 * const anywhere = FileSystem.layerNoop({ makeDirectory: () => Effect.void })
 * Effect.runSync(makeFolder("runs/first").pipe(Effect.provide([anywhere, Path.layer]))) // => undefined
 * ```
 */
export const makeFolder = (
  path: string
): Effect.Effect<void, PlatformError.PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { dirname } = yield* Path.Path
    const isFolder = (path: string) => Effect.map(files.stat(path), ({ type }) => type === "Directory")
    const make = (path: string) =>
      Effect.catchIf(files.makeDirectory(path), isThere, (error) =>
        Effect.flatMap(
          Effect.orElseSucceed(isFolder(path), () => false),
          (isMade) => (isMade ? Effect.void : Effect.fail(error))
        )
      )
    const makeWithin = (path: string): Effect.Effect<void, PlatformError.PlatformError> =>
      Effect.catchIf(make(path), isMissing, (error) => {
        const parent = dirname(path)
        return parent === path ? Effect.fail(error) : Effect.andThen(makeWithin(parent), make(path))
      })
    yield* makeWithin(path)
  })
