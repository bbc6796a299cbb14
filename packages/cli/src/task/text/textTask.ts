import { type GptOptions, gpt } from "@residual/models"
import { DataError, encodeText, Samples, vocabularyOf } from "@residual/train"
import * as Effect from "effect/Effect"
import { FailureError } from "../../commandError.ts"
import type { ConfigurationOf } from "../../configuration/configuration.ts"
import { fingerprint } from "../fingerprint.ts"
import { judgedByClass } from "../judgedByClass.ts"
import type { KnowledgeOf } from "../knowledge.ts"
import type { Learner, Task } from "../task.ts"
import { readMobyDick } from "./mobyDick.ts"
import { readText } from "./readText.ts"

/** How many characters of the text generation goes on from, where no other ones are given. */
const beginningLength = 16

/** The GPT that settings describe, for a text's characters. */
export const gptOptions = (
  { model: { kind: _, ...sizes } }: ConfigurationOf<"text">,
  { characters }: KnowledgeOf<"text">
): GptOptions => ({ ...sizes, vocabulary: characters.length })

/** What guesses each next character of a text. */
export const textLearner = (configuration: ConfigurationOf<"text">, knowledge: KnowledgeOf<"text">): Learner => ({
  model: gpt(gptOptions(configuration, knowledge)),
  ...judgedByClass
})

/**
 * Guessing each next character of a text; what is known already decides its characters. Fails where there is no text, or
 * too little.
 */
export const textTask = (configuration: ConfigurationOf<"text">, known?: KnowledgeOf<"text">) =>
  Effect.gen(function* () {
    const { data, model } = configuration
    const { context } = model
    const name = data.path ?? "Moby-Dick"
    const text = data.path === null ? yield* readMobyDick : yield* readText(data.path, data)
    const knowledge: KnowledgeOf<"text"> = known ?? {
      task: "text",
      characters: vocabularyOf(text).characters,
      beginning: [...text].slice(0, Math.min(beginningLength, context)).join("")
    }
    const tokens = yield* Effect.mapError(
      encodeText(knowledge, text),
      ({ at, reason }) => new DataError({ source: name, at, reason })
    )
    const heldOut = Math.floor(tokens.length * data.held)
    const [before, after] = [tokens.subarray(0, tokens.length - heldOut), tokens.subarray(tokens.length - heldOut)]
    yield* checkLength(name, "the text", before.length, context)
    if (data.held > 0) yield* checkLength(name, "what is held out of the text", after.length, context)
    const task: Task = {
      ...textLearner(configuration, knowledge),
      knowledge,
      learned: yield* Samples.windows(before, { context }),
      samplesOfEpoch: before.length / context,
      held: data.held > 0 ? yield* Samples.segments(after, { context }) : undefined,
      everything: Samples.segments(tokens, { context }),
      fingerprint: fingerprint(tokens)
    }
    return task
  })

/** Fails for a text that has no window of `context` characters and one more. */
const checkLength = (name: string, part: string, characters: number, context: number) =>
  characters > context
    ? Effect.void
    : Effect.fail(
        new FailureError({
          message: `${name}: ${part} has ${characters} characters, a context of ${context} needs at least ${context + 1}`
        })
      )
