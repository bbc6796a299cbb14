import { DataError, encodeText, type Vocabulary, vocabularyOf } from "@residual/train"
import * as Effect from "effect/Effect"
import { keepResult } from "../keepResult.ts"

/** A text as tokens. */
export interface Text {
  readonly vocabulary: Vocabulary
  readonly tokens: Int32Array
}

const load: Effect.Effect<Text, DataError> = Effect.gen(function* () {
  const { default: text } = yield* Effect.tryPromise({
    try: () => import("virtual:moby-dick"),
    catch: (cause) => new DataError({ source: "the text", reason: `it did not load: ${cause}` })
  })
  const vocabulary = vocabularyOf(text)
  return { vocabulary, tokens: yield* encodeText(vocabulary, text) }
})

/** Loads the chapters of Moby-Dick. */
export const loadText: Effect.Effect<Text, DataError> = keepResult(load)
