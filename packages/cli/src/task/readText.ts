import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import { FailureError } from "../commandError.ts"
import { readUtf8 } from "../file/readUtf8.ts"

/** The text of a file, to learn from. Fails where there is none. */
export const readText = (path: string): Effect.Effect<string, FailureError, FileSystem.FileSystem> =>
  Effect.flatMap(readUtf8(path, "text"), (text) =>
    text.length > 0 ? Effect.succeed(text) : Effect.fail(new FailureError({ message: `${path}: the text is empty` }))
  )
