import { decodeTokens, encodeText, fit, generate, makeGenerator, type Trainer } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Configuration } from "../configuration/configuration.ts"
import { printConfiguration } from "../configuration/print.ts"
import { type GivenConfiguration, readConfiguration } from "../configuration/readConfiguration.ts"
import { Output } from "../output.ts"
import { keysOf } from "../task/keys.ts"
import { type TextTask, textTask } from "../task/textTask.ts"
import { backendOf } from "../training/backendOf.ts"
import { makeRate } from "../training/makeRate.ts"
import { openTrainer } from "../training/openTrainer.ts"
import { type Display, makeDisplay } from "./display.ts"

/** What `residual train` is told. */
export interface TrainSettings extends GivenConfiguration {
  readonly printConfig: boolean
  readonly json: boolean
}

/** `residual train`: trains what a configuration describes, shows how it goes, and ends with what it generates. */
export const train = ({ printConfig, json, ...given }: TrainSettings) =>
  Effect.gen(function* () {
    const configuration = yield* readConfiguration(given)
    const output = yield* Output
    if (printConfig) return yield* output.write(printConfiguration(configuration, json))
    const task = yield* textTask(configuration)
    const display = makeDisplay(output, json)
    const learn = Effect.gen(function* () {
      const trainer = yield* openTrainer(configuration, task)
      yield* trainOn(configuration, trainer, task, display)
      if (configuration.generate.count > 0) yield* sample(configuration, trainer, task, display)
    })
    yield* Effect.scoped(learn).pipe(
      Effect.provide(backendOf(configuration)),
      Effect.onInterrupt(() => display.interrupted),
      Effect.tapError(() => display.settle)
    )
  })

const trainOn = ({ training, rate, seed }: Configuration, trainer: Trainer, task: TextTask, display: Display) => {
  const { order: key } = keysOf(seed)
  const steps = training.steps ?? Math.max(1, Math.ceil((training.epochs ?? 1) * task.batchesOfEpoch))
  const { held } = task
  const run = fit(trainer, {
    batches: task.batches(key, 0),
    rate: makeRate(rate, steps),
    steps,
    key,
    ...(held === undefined
      ? {}
      : { evaluation: { every: training.evaluateEvery ?? Number.POSITIVE_INFINITY, batches: held.batches } })
  })
  return Stream.runForEach(run, display.show)
}

/** Generates text that goes on from the beginning of the text that was learned, or from a prompt. */
const sample = (
  { generate: settings, seed }: Configuration,
  trainer: Trainer,
  { decoder, vocabulary, beginning }: TextTask,
  display: Display
) =>
  Effect.gen(function* () {
    const { count, temperature, topK, topP, prompt: asked } = settings
    const prompt = asked === null ? beginning : yield* encodeText(vocabulary, asked)
    const generator = yield* makeGenerator(trainer.store, decoder)
    const generated = yield* Stream.runCollect(
      generate(generator, {
        prompt,
        count,
        key: keysOf(seed).generation,
        temperature,
        ...(topK === null ? {} : { topK }),
        ...(topP === null ? {} : { topP })
      })
    )
    yield* display.generated(decodeTokens(vocabulary, [...prompt, ...generated]))
  })
