import { DataError, encodeText, type Vocabulary } from "@residual/train"
import * as Effect from "effect/Effect"

/** What is to be gone on from, as tokens. Fails where it has a character that was not learned. */
export const promptTokens = (vocabulary: Vocabulary, prompt: string): Effect.Effect<Int32Array, DataError> =>
  Effect.mapError(
    encodeText(vocabulary, prompt),
    ({ at, reason }) => new DataError({ source: "the prompt", at, reason })
  )
