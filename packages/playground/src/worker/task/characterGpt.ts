import { type AnyExpr, op } from "@residual/core"
import { type GptOptions, gpt, gptDecoder } from "@residual/models"
import { type DataError, decodeTokens, generate, makeGenerator, type Objective, shuffledWindows } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { loadText, type Text } from "../data/text.ts"
import { paced } from "../paced.ts"
import type { Tell } from "../tell.ts"
import type { GptSize } from "./gptSizes.ts"
import { keys } from "./keys.ts"
import type { Task } from "./task.ts"

/** Characters that are generated at a time, and of the prompt before them. */
const [sampleLength, promptLength] = [160, 16]

const temperature = 0.8

const nextCharacter = (options: GptOptions, batch: number): Objective<AnyExpr, AnyExpr> => {
  const type = { dtype: "i32" as const, shape: [batch, options.context] }
  return {
    model: gpt(options),
    batch: { inputs: type, targets: type },
    loss: (model, { inputs, targets }) => op.crossEntropy(model(inputs as AnyExpr), targets as AnyExpr)
  }
}

/** Learning to write like Moby-Dick, character by character. */
export const characterGpt = (size: GptSize, tell: Tell): Effect.Effect<Task, DataError> =>
  Effect.map(loadText, (text) => {
    const { layers, heads, width, context, batch, steps, rate } = size
    const options = { vocabulary: text.vocabulary.characters.length, context, layers, heads, width }
    return {
      objective: nextCharacter(options, batch),
      batches: shuffledWindows(text.tokens, { context, batch, key: keys.order }),
      steps,
      rate,
      parametersKey: keys.parameters,
      stepsKey: keys.order,
      demonstration: ({ store }) =>
        Effect.map(
          makeGenerator(store, gptDecoder(options)),
          (generator) => (step) => write(generator, text, step, tell)
        )
    }
  })

/** Goes on from the beginning of the text that is learned. */
const write = (generator: Parameters<typeof generate>[0], { vocabulary, tokens }: Text, step: number, tell: Tell) =>
  Effect.suspend(() => {
    const prompt = tokens.subarray(0, promptLength)
    tell({ _tag: "Sampling", step, prompt: decodeTokens(vocabulary, prompt) })
    const written = paced<number>(30, (some) => tell({ _tag: "Sampled", text: decodeTokens(vocabulary, some) }))
    return generate(generator, { prompt, count: sampleLength, key: keys.sample, temperature }).pipe(
      Stream.runForEach((token) => Effect.sync(() => written.add(token))),
      Effect.ensuring(Effect.sync(written.flush))
    )
  })
