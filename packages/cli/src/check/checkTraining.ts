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
  type TrainingEvent,
  warmupCosine
} from "@residual/train"
import { Effect, Record, Stream } from "effect"
import { type BackendName, backendLayer } from "../backend.ts"
import { FailureError } from "../commandError.ts"
import { type Finding, report } from "./finding.ts"
import { inFloat64 } from "./inFloat64.ts"
import { type RecordedRun, readRecordedRun } from "./recordedRun.ts"

/** What `residual check training` is told. */
export interface CheckTrainingSettings {
  readonly prefix: string
  readonly backend: BackendName
  readonly json: boolean
}

/** How far each backend may be off. */
const tolerances: Readonly<Record<BackendName, number>> = {
  // Computes in float64, as the run was recorded; what is left are other orders of summation.
  reference: 1e-9
}

/** `residual check training`: replays a recorded run of a GPT, step by step, and compares what every step measured. */
export const checkTraining = ({ prefix, backend, json }: CheckTrainingSettings) =>
  Effect.gen(function* () {
    const recorded = yield* readRecordedRun(`${prefix}.json`)
    const init = yield* readSafetensors(`${prefix}.init.safetensors`)
    const final = yield* readSafetensors(`${prefix}.final.safetensors`)
    const findings = yield* Effect.scoped(replay(recorded, init, final, tolerances[backend], prefix)).pipe(
      Effect.provide(backendLayer(backend))
    )
    yield* report(findings, json)
  })

const replay = (
  { config, optimizer, steps }: RecordedRun,
  init: Safetensors,
  final: Safetensors,
  tolerance: number,
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
    const objective = recordedObjective(options, config.batchSize)
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
      ...compareSteps(events, steps, tolerance),
      ...compareParameters(toGpt2(options, held), elementsOf(final.tensors), tolerance)
    ]
  })

const recordedObjective = (options: GptOptions, batch: number): Objective<AnyExpr, AnyExpr> => {
  const type = { dtype: "i32" as const, shape: [batch, options.context] }
  return {
    model: inFloat64(gpt(options)),
    batch: { x: type, y: type },
    loss: (model, { x, y }) => op.crossEntropy(model(x as AnyExpr), y as AnyExpr)
  }
}

const batchOf = ({ x, y }: RecordedRun["steps"][number]): Batch => ({
  x: Tensor.make(x, { dtype: "i32" }),
  y: Tensor.make(y, { dtype: "i32" })
})

const elementsOf = (tensors: Readonly<Record<string, Tensor.Tensor>>) => Record.map(tensors, Tensor.toTypedArray)

const relative = (actual: number, expected: number): number =>
  actual === expected ? 0 : Math.abs(actual - expected) / Math.abs(expected)

/** Losses, gradient norms and rates, each relative to what was recorded. */
const compareSteps = (
  events: ReadonlyArray<TrainingEvent>,
  steps: RecordedRun["steps"],
  tolerance: number
): ReadonlyArray<Finding> => {
  const made = events.filter((event) => event.event === "step")
  const findings = (group: string, of: (event: StepEvent) => number, recorded: (step: RecordedStep) => number) =>
    steps.map((step, at): Finding => {
      const event = made[at]
      const error = event === undefined ? Number.NaN : relative(of(event), recorded(step))
      return { group, name: `step ${at + 1}`, error, tolerance }
    })
  return [
    ...findings(
      "loss",
      ({ loss }) => loss,
      ({ loss }) => loss
    ),
    ...findings(
      "gradient norm",
      ({ gradientNorm }) => gradientNorm,
      ({ gradientNorm }) => gradientNorm
    ),
    ...findings(
      "rate",
      ({ rate }) => rate,
      ({ learningRate }) => learningRate
    )
  ]
}

type StepEvent = Extract<TrainingEvent, { readonly event: "step" }>
type RecordedStep = RecordedRun["steps"][number]

type Elements = Readonly<Record<string, ArrayLike<number>>>

/**
 * Final parameters, each as far as its largest deviation. It may be as large as the tolerance of the tensor's largest
 * magnitude, and no larger than the tolerance itself. One that was not recorded was not compared.
 */
const compareParameters = (actual: Elements, expected: Elements, tolerance: number): ReadonlyArray<Finding> => [
  ...Object.entries(expected).map(([name, values]): Finding => {
    const wanted = Array.from(values)
    const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const found = actual[name]
    const bound = tolerance * (largest > 0 ? Math.min(1, largest) : 1)
    if (found === undefined || found.length !== wanted.length) {
      return { group: "parameters", name, error: Number.NaN, tolerance: bound, reason: "the model has no such tensor" }
    }
    const error = wanted.reduce((worst, value, at) => Math.max(worst, Math.abs((found[at] as number) - value)), 0)
    return { group: "parameters", name, error, tolerance: bound }
  }),
  ...Object.keys(actual)
    .filter((name) => !Object.hasOwn(expected, name))
    .map((name): Finding => {
      const reason = "no such tensor was recorded"
      return { group: "parameters", name, error: Number.NaN, tolerance, reason }
    })
]
