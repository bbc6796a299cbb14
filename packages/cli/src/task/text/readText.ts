import { DataError, Read } from "@residual/train"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import { type SourceOptions, sourceBytes } from "../source/sourceBytes.ts"

/** A text in UTF-8, to learn from. Fails where it cannot be read, is not UTF-8, or has no character. */
export const readText = (
  path: string,
  options: SourceOptions
): Effect.Effect<string, DataError, FileSystem.FileSystem> =>
  Effect.flatMap(Read.text(sourceBytes(path, options)), (text) =>
    text.length > 0 ? Effect.succeed(text) : Effect.fail(new DataError({ source: path, reason: "it is empty" }))
  )
