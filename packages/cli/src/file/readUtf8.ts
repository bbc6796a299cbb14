import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { FailureError } from "../commandError.ts"

/** A file's text; `what` names it in errors. Fails where it cannot be read, and where it is not UTF-8. */
export const readUtf8 = (path: string, what: string): Effect.Effect<string, FailureError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const bytes = yield* Effect.mapError(
      files.readFile(path),
      (error) => new FailureError({ message: `${path}: cannot read the ${what}: ${error.reason._tag}` })
    )
    return yield* Effect.try({
      try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
      catch: () => new FailureError({ message: `${path}: the ${what} is not UTF-8` })
    })
  })
