import { Tensor } from "@residual/backends"
import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import { fromGpt2, type GptOptions, gpt, toGpt2 } from "@residual/models"
import {
  adamW,
  type Batch,
  fit,
  makeTrainer,
  matricesOnly,
  type Objective,
  readSafetensors,
  type Safetensors,
  warmupCosine
} from "@residual/train"
import * as Effect from "effect/Effect"
import * as Record from "effect/Record"
import * as Stream from "effect/Stream"
import { backendLayer } from "../backend.ts"
import { FailureError } from "../commandError.ts"
import { compareParameters, compareSteps } from "./compareRuns.ts"
import { report } from "./finding.ts"
import { inFloat64 } from "./inFloat64.ts"
import { type CheckBackend, type Precision, precisionOf } from "./precision.ts"
import { type RecordedRun, readRecordedRun } from "./recordedRun.ts"
import { trainingTolerances } from "./trainingTolerance.ts"

/** What `residual check training` is told. */
export interface CheckTrainingSettings extends CheckBackend {
  readonly prefix: string
  readonly json: boolean
}

/** `residual check training`: replays a recorded run of a GPT, step by step, and compares what every step measured. */
export const checkTraining = (settings: CheckTrainingSettings) =>
  Effect.gen(function* () {
    const precision = yield* precisionOf(settings)
    const findings = yield* trainingFindings(settings.prefix, precision).pipe(
      Effect.provide(backendLayer(settings, precision))
    )
    yield* report(findings, settings.json)
  })

/** What a recorded run and its replay on the backend at hand differ in. */
export const trainingFindings = (prefix: string, precision: Precision) =>
  Effect.gen(function* () {
    const recorded = yield* readRecordedRun(`${prefix}.json`)
    const init = yield* readSafetensors(`${prefix}.init.safetensors`)
    const final = yield* readSafetensors(`${prefix}.final.safetensors`)
    return yield* Effect.scoped(replay(recorded, init, final, precision, prefix))
  })

const replay = (
  { config, optimizer, steps }: RecordedRun,
  init: Safetensors,
  final: Safetensors,
  precision: Precision,
  prefix: string
) =>
  Effect.gen(function* () {
    const { vocabSize: vocabulary, blockSize: context, layers, heads, width, activation } = config
    const approximate = activation === "geluTanh" ? "tanh" : "none"
    const options: GptOptions = {
      vocabulary,
      context,
      layers,
      heads,
      width,
      activation: (x) => op.gelu(x, { approximate })
    }
    const objective = recordedObjective(options, config.batchSize, precision)
    const parameters = yield* Effect.try({
      try: () => fromGpt2(options, elementsOf(init.tensors)),
      catch: (error) => new FailureError({ message: `${prefix}.init.safetensors: ${(error as Error).message}` })
    })
    const specified = Model.parameters(objective.model)
    const { beta1, beta2, epsilon, weightDecay, clipGlobalNorm, schedule } = optimizer
    const key = HostRandom.keyFromSeed(0)
    const trainer = yield* makeTrainer(objective, {
      optimiser: adamW({ beta1, beta2, epsilon, weightDecay, decays: matricesOnly }),
      clip: clipGlobalNorm,
      key,
      parameters: Record.map(parameters, (elements, path) => Tensor.make(elements, specified[path]))
    })
    const rate = warmupCosine({ ...schedule, warmup: schedule.warmupSteps })
    const batches = Stream.fromIterable(steps.map(batchOf))
    const events = yield* Stream.runCollect(fit(trainer, { batches, rate, steps: steps.length, key }))
    const held = elementsOf(yield* trainer.store.snapshot)
    return [
      ...compareSteps(events, steps, trainingTolerances[precision]),
      ...compareParameters(toGpt2(options, held), elementsOf(final.tensors), trainingTolerances[precision].parameters)
    ]
  })

const recordedObjective = (options: GptOptions, batch: number, precision: Precision): Objective<AnyExpr, AnyExpr> => {
  const type = { dtype: "i32" as const, shape: [batch, options.context] }
  return {
    model: precision === "f64" ? inFloat64(gpt(options)) : gpt(options),
    batch: { x: type, y: type },
    loss: (model, { x, y }) => op.crossEntropy(model(x as AnyExpr), y as AnyExpr)
  }
}

const batchOf = ({ x, y }: RecordedRun["steps"][number]): Batch => ({
  x: Tensor.make(x, { dtype: "i32" }),
  y: Tensor.make(y, { dtype: "i32" })
})

const elementsOf = (tensors: Readonly<Record<string, Tensor.Tensor>>) => Record.map(tensors, Tensor.toTypedArray)
