import { type AnyExpr, HostRandom } from "@residual/core"
import { type GptOptions, gptDecoder } from "@residual/models"
import {
  adamW,
  decaysOf,
  decodeTokens,
  encodeText,
  fit,
  generate,
  makeGenerator,
  makeTrainer,
  type Objective,
  shuffledWindows,
  type Trainer,
  type Vocabulary,
  vocabularyOf,
  warmupCosine
} from "@residual/train"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { backendLayer } from "../backend.ts"
import { Output } from "../output.ts"
import { checkLength, gptOptions, nextCharacter } from "./character.ts"
import { type Display, makeDisplay } from "./display.ts"
import type { Settings } from "./settings.ts"
import { readText } from "./text.ts"

/** `residual train`: trains a character GPT, shows how it goes, and ends with text that it generates. */
export const train = (settings: Settings) =>
  Effect.gen(function* () {
    const name = settings.text ?? "Moby-Dick"
    const text = yield* readText(settings.text)
    const vocabulary = vocabularyOf(text)
    const options = yield* gptOptions(settings, vocabulary.characters.length)
    const tokens = yield* encodeText(vocabulary, text)
    yield* checkLength(name, tokens.length, settings.context)
    const display = makeDisplay(yield* Output, settings.json)
    const learn = Effect.gen(function* () {
      const trainer = yield* makeTrainerOf(settings, nextCharacter(options, settings.batch))
      yield* trainOn(settings, trainer, tokens, display)
      if (settings.sample > 0) yield* sample(settings, trainer, options, vocabulary, tokens, display)
    })
    yield* Effect.scoped(learn).pipe(
      Effect.provide(backendLayer(settings)),
      Effect.onInterrupt(() => display.interrupted),
      Effect.tapError(() => display.settle)
    )
  })

/** Keys of a run: one for the first parameters, one for the order of the text, one for generation. */
const keysOf = ({ seed }: Settings): readonly [HostRandom.HostKey, HostRandom.HostKey, HostRandom.HostKey] => {
  const [parameters, order, text] = HostRandom.split(HostRandom.keyFromSeed(seed), 3)
  return [parameters as HostRandom.HostKey, order as HostRandom.HostKey, text as HostRandom.HostKey]
}

const makeTrainerOf = (settings: Settings, objective: Objective<AnyExpr, AnyExpr>) =>
  makeTrainer(objective, {
    optimiser: adamW({ beta2: 0.99, weightDecay: 0.1, decays: decaysOf(objective.model) }),
    clip: 1,
    key: keysOf(settings)[0]
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
