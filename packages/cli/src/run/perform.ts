import { makeStore } from "@residual/backends"
import { Model, Shape } from "@residual/core"
import {
  type Checkpoint,
  checkpointOf,
  type FoundCheckpoint,
  fit,
  type OpenCheckpoints,
  openCheckpoints,
  resume,
  Samples,
  saving,
  type Trainer
} from "@residual/train"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { UsageError } from "../commandError.ts"
import type { Configuration } from "../configuration/configuration.ts"
import { openWriter } from "../generation/openWriter.ts"
import { promptTokens } from "../generation/promptTokens.ts"
import { writingOptions } from "../generation/writer.ts"
import { fitting } from "../model/fitting.ts"
import { learnedTensors } from "../model/learnedTensors.ts"
import { encodeRecord } from "../model/runRecord.ts"
import { keysOf } from "../task/keys.ts"
import { learningBatches, type Task } from "../task/task.ts"
import { makeRate } from "../training/makeRate.ts"
import { openTrainer } from "../training/openTrainer.ts"
import type { Display } from "./display.ts"
import { reported } from "./reported.ts"
import { stepsOf } from "./runSteps.ts"
import { isOwnLock, isPartial, sweptAtExit } from "./sweptAtExit.ts"

/** A run: what it is, and the checkpoint that it goes on from, where it has been begun already. */
export interface Run {
  readonly configuration: Configuration
  readonly task: Task
  readonly from?: FoundCheckpoint
}

/** Makes a run's steps, shows them, saves what they have learned, and ends with what the model generates. */
export const perform = (run: Run, display: Display) => {
  const { configuration, task, from } = run
  let saved = from === undefined ? undefined : { step: from.header.step, path: from.path }
  let state: Trainer["state"] | undefined
  const stopped = Effect.suspend(() => {
    const { step, loss = null } = state?.current ?? { step: from?.header.step ?? 0 }
    return display.interrupted({ step, loss, saved: saved?.step === step ? saved.path : null })
  })
  const saveIn = (trainer: Trainer, folder: OpenCheckpoints) =>
    saving(trainer, {
      every: configuration.checkpoints.every,
      ...(from === undefined ? {} : { from: from.path }),
      save: (taken, best) =>
        Effect.map(folder.save(checkpointOf(trainer, taken, description(run)), { best }), (path) => {
          saved = { step: taken.state.step, path }
          return path
        })
    })
  return Effect.gen(function* () {
    yield* checkPrompt(run)
    const folder = yield* openFolder(run)
    yield* display.preparing(sizeOf(task.model))
    const trainer = yield* openTrainer(configuration, task, from?.tensors)
    if (from !== undefined) yield* goOn(trainer, from, display)
    state = trainer.state
    const events = eventsOf(run, trainer)
    const told = folder === undefined ? events : saveIn(trainer, folder)(events)
    yield* Stream.runForEach(reported(configuration.report, from !== undefined, told), display.show)
    yield* generated(run, trainer, display)
  }).pipe(Effect.onInterrupt(() => stopped))
}

/** How many elements the parameters of a model have. */
const sizeOf = (model: Task["model"]): number =>
  Object.values(Model.parameters(model)).reduce((count, { shape }) => count + Shape.size(shape), 0)

/** Puts a trainer where a checkpoint was made. */
const goOn = (trainer: Trainer, from: FoundCheckpoint, display: Display) =>
  Effect.flatMap(fitting(from.path, resume(trainer, from.path, from)), (differences) =>
    display.resumed({
      path: from.path,
      step: from.header.step,
      differences: differences.map(
        ({ what, before, now }) => `${what}: ${before ?? "unknown"} then, ${now ?? "unknown"} now`
      ),
      damaged: from.skipped.map(({ message }) => message)
    })
  )

/** Fails for a prompt that the model will not be able to read, before it has learned for hours. */
const checkPrompt = ({ configuration, task: { knowledge } }: Run) => {
  const prompt = "generate" in configuration ? configuration.generate.prompt : null
  return prompt === null || !("characters" in knowledge) ? Effect.void : promptTokens(knowledge, prompt)
}

/** The folder for a run's checkpoints, where it has one. Fails where a new run would be mixed with another one's. */
const openFolder = ({ configuration: { checkpoints }, from }: Run) =>
  Effect.gen(function* () {
    const { folder, keep } = checkpoints
    if (folder === null) return undefined
    const opened = yield* openCheckpoints(folder, { keep })
    // Nobody else writes to a folder that is locked.
    yield* sweptAtExit(folder, (name) => isPartial(name) || isOwnLock(name))
    const last = (yield* opened.list).at(-1)
    if (from === undefined && last !== undefined) {
      const message = `${folder}: there is a run already, saved after step ${last.step}; residual resume ${folder} goes on with it, and --checkpoints names another folder`
      return yield* Effect.fail(new UsageError({ message }))
    }
    if (from !== undefined && from.skipped.length > 0) yield* opened.rollBack(from.header.step)
    return opened
  })

const description = ({ configuration, task: { knowledge, fingerprint } }: Run) => ({
  key: keysOf(configuration.seed).order as Checkpoint["header"]["key"],
  configuration: encodeRecord({ configuration, knowledge, fingerprint }),
  ...("characters" in knowledge ? { vocabulary: { characters: knowledge.characters } } : {})
})

const eventsOf = ({ configuration, task }: Run, trainer: Trainer) => {
  const { training, rate, seed } = configuration
  const { batch, earlyStopping, skips } = training
  const { order: key } = keysOf(seed)
  const { steps, evaluateEvery: every } = stepsOf(configuration, task)
  const { held, metrics } = task
  return fit(trainer, {
    batches: learningBatches(task, { batch, key, from: trainer.state.current.batches }),
    rate: makeRate(rate, steps),
    steps,
    key,
    skips,
    ...(held === undefined
      ? {}
      : {
          evaluation: {
            every,
            batches: Samples.orderedBatches(held, { batch }),
            metrics,
            ...(earlyStopping === null ? {} : { patience: earlyStopping.patience })
          }
        })
  })
}

/** Ends a run with what its model writes, where it has learned to. */
const generated = ({ configuration, task }: Run, { store }: Trainer, display: Display) =>
  Effect.gen(function* () {
    if (!("generate" in configuration) || configuration.generate.count === 0) return
    const { training, generate, seed } = configuration
    const model =
      training.average === null
        ? store
        : yield* Effect.flatMap(store.snapshot, (held) => makeStore(learnedTensors(configuration, held)))
    const writer = yield* openWriter(configuration, task.knowledge, model)
    if (writer === undefined) return
    yield* display.generated(writer(writingOptions(generate, keysOf(seed).generation)))
  })
