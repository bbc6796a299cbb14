import { encodeText, vocabularyOf } from "@residual/train"
import * as Effect from "effect/Effect"
import { checkLength, gptOptions } from "./character.ts"
import type { Settings } from "./settings.ts"
import { readText } from "./text.ts"

/** What settings ask to learn: a text as tokens of its characters, and the GPT for so many of these. */
export const readTask = (settings: Pick<Settings, "text" | "layers" | "heads" | "width" | "context">) =>
  Effect.gen(function* () {
    const text = yield* readText(settings.text)
    const vocabulary = vocabularyOf(text)
    const options = yield* gptOptions(settings, vocabulary.characters.length)
    const tokens = yield* encodeText(vocabulary, text)
    yield* checkLength(settings.text ?? "Moby-Dick", tokens.length, settings.context)
    return { options, vocabulary, tokens }
  })
