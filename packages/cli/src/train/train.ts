import { type GptOptions, gptDecoder } from "@residual/models"
import {
  decodeTokens,
  fit,
  generate,
  makeGenerator,
  shuffledWindows,
  type Trainer,
  type Vocabulary,
  warmupCosine
} from "@residual/train"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { backendLayer } from "../backend.ts"
import { Output } from "../output.ts"
import { nextCharacter } from "./character.ts"
import { type Display, makeDisplay } from "./display.ts"
import type { Settings } from "./settings.ts"
import { readTask } from "./task.ts"
import { keysOf, makeCharacterTrainer } from "./trainer.ts"

/** `residual train`: trains a character GPT, shows how it goes, and ends with text that it generates. */
export const train = (settings: Settings) =>
  Effect.gen(function* () {
    const { options, vocabulary, tokens } = yield* readTask(settings)
    const display = makeDisplay(yield* Output, settings.json)
    const learn = Effect.gen(function* () {
      const trainer = yield* makeCharacterTrainer(settings, nextCharacter(options, settings.batch))
      yield* trainOn(settings, trainer, tokens, display)
      if (settings.sample > 0) yield* sample(settings, trainer, options, vocabulary, tokens, display)
    })
    yield* Effect.scoped(learn).pipe(
      Effect.provide(backendLayer(settings)),
      Effect.onInterrupt(() => display.interrupted),
      Effect.tapError(() => display.settle)
    )
  })

const trainOn = (settings: Settings, trainer: Trainer, tokens: Int32Array, display: Display) => {
  const { batch, context, steps, rate: peak } = settings
  const [, key] = keysOf(settings)
  const rate = warmupCosine({ peak, floor: peak / 10, warmup: Math.ceil(steps / 20), steps })
  const batches = shuffledWindows(tokens, { context, batch, key })
  return Stream.runForEach(fit(trainer, { batches, rate, steps, key }), display.show)
}

/** Generates text that goes on from the beginning of the text that was learned. */
const sample = (
  settings: Settings,
  trainer: Trainer,
  options: GptOptions,
  vocabulary: Vocabulary,
  tokens: Int32Array,
  display: Display
) =>
  Effect.gen(function* () {
    const [, , key] = keysOf(settings)
    const generator = yield* makeGenerator(trainer.store, gptDecoder(options))
    const prompt = tokens.subarray(0, Math.min(16, settings.context))
    const generated = yield* Stream.runCollect(
      generate(generator, { prompt, count: settings.sample, key, temperature: 0.8 })
    )
    yield* display.generated(decodeTokens(vocabulary, [...prompt, ...generated]))
  })
