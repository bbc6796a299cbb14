import { Tensor } from "@residual/backends"
import { type AnyExpr, HostRandom, op } from "@residual/core"
import { convNet, gpt } from "@residual/models"
import { Effect, Stream } from "effect"
import {
  accuracy,
  adamW,
  type Batch,
  type DataError,
  decaysOf,
  type EvaluationSettings,
  type FitOptions,
  makeTrainer,
  type Objective,
  orderedWindows,
  perplexity,
  reduceOnPlateau,
  Samples,
  sgd,
  shuffledWindows,
  type Trainer,
  type TrainerOptions,
  fit as training,
  warmupCosine,
  withGradientNoise,
  withParameterAverage
} from "../../src/index.ts"

/** The number of the last step of each run, and after how many each time it is evaluated. */
export const steps = 40
const evaluateEvery = 5

/** What runs derive from. */
export const key = HostRandom.keyFromSeed(7)
const dataKey = HostRandom.foldIn(key, 1)

const uniforms = (count: number, from: number): Float64Array =>
  Float64Array.from({ length: count }, (_, at) => (HostRandom.foldIn(dataKey, from + at)[0] as number) / 2 ** 32)

interface Run<In, Out> {
  readonly objective: Objective<In, Out>
  readonly options: Pick<TrainerOptions<In, Out>, "optimiser" | "evaluates" | "lossScaling">
  /** Batches from a number on. */
  readonly batches: (from: number) => Stream.Stream<Batch, DataError>
  readonly held: Pick<EvaluationSettings<DataError, never>, "batches" | "metrics">
}

const vocabulary = 11

/** A text in which each token mostly follows from the one before. */
const tokens = Int32Array.from(uniforms(500, 0), (draw, at) =>
  draw < 0.2 ? Math.floor(draw * 5 * vocabulary) : (at * at) % vocabulary
)
const window = { context: 8, batch: 3 }

const predictNext = (): Run<AnyExpr, AnyExpr> => {
  const model = gpt({ vocabulary, context: window.context, layers: 2, heads: 2, width: 8, dropout: 0.1 })
  const type = { dtype: "i32" as const, shape: [window.batch, window.context] }
  return {
    objective: {
      model,
      batch: { inputs: type, targets: type, weights: { dtype: "f32", shape: type.shape } },
      loss: (model, { inputs, targets, weights }) => {
        const logits = model(inputs as AnyExpr)
        const loss = op.crossEntropy(logits, targets as AnyExpr, { weights: weights as AnyExpr })
        return { loss, outputs: { logits } }
      }
    },
    options: {
      optimiser: withParameterAverage(adamW({ decays: decaysOf(model) }), { decay: 0.9 }),
      evaluates: "average",
      lossScaling: { initial: 1024, interval: 7 }
    },
    batches: (from) => shuffledWindows(tokens.subarray(0, 400), { ...window, key: dataKey, from }),
    held: { batches: orderedWindows(tokens.subarray(400), window), metrics: [perplexity()] }
  }
}

const [classes, side, images, rows] = [3, 8, 60, 4]

/** Images of noise, each with a row that is brighter: its class. */
const pictures = (count: number, from: number) =>
  Samples.fromArrays({
    images: {
      shape: [count, 1, side, side],
      elements: uniforms(count * side * side, 1000 + from * side * side).map((draw, at) => {
        const [image, row] = [Math.floor(at / side ** 2), Math.floor(at / side) % side]
        return row === 2 * (image % classes) + 1 ? draw + 0.5 : draw
      })
    },
    targets: Int32Array.from({ length: count }, (_, image) => image % classes)
  })

/** The batch that has an image which is not a number. */
const poisoned = 23

const poison = (batch: Batch): Batch => {
  const { images } = batch as Readonly<Record<"images", Tensor.Tensor>>
  const elements = Float32Array.from(Tensor.toTypedArray(images))
  elements[5] = Number.NaN
  return { ...batch, images: Tensor.make(elements, images.type) }
}

const classify = (): Run<AnyExpr, AnyExpr> => ({
  objective: {
    model: convNet({ channels: 1, height: side, width: side, classes, features: [6], dropout: 0.2 }),
    batch: {
      images: { dtype: "f32", shape: [rows, 1, side, side] },
      targets: { dtype: "i32", shape: [rows] },
      weights: { dtype: "f32", shape: [rows] }
    },
    loss: (model, { images, targets, weights }) => {
      const logits = model(images as AnyExpr)
      const loss = op.crossEntropy(logits, targets as AnyExpr, { weights: weights as AnyExpr })
      return { loss, outputs: { logits } }
    }
  },
  options: { optimiser: withGradientNoise(sgd({ momentum: 0.9, nesterov: true })) },
  batches: (from) =>
    Stream.unwrap(
      Effect.map(pictures(images, 0), (samples) =>
        Samples.shuffledBatches(samples, { batch: rows, key: dataKey, from, last: "pad" })
      )
    ).pipe(
      Stream.zipWithIndex,
      Stream.map(([batch, at]) => (from + at === poisoned ? poison(batch) : batch))
    ),
  held: {
    batches: Stream.unwrap(
      Effect.map(pictures(10, images), (samples) => Samples.orderedBatches(samples, { batch: rows }))
    ),
    metrics: [accuracy()]
  }
})

/** Runs by name. */
export const runs = { gpt: predictNext, convNet: classify }

export type RunName = keyof typeof runs

/** A trainer of a run on the backend at hand. */
export const openRun = (name: RunName) => {
  const { objective, options } = runs[name]()
  return makeTrainer(objective, {
    clip: 1,
    accumulate: 2,
    evaluation: objective,
    key,
    ...options
  })
}

/** The events of a run from where its trainer is: with a rate and an end that depend on evaluations. */
export const goOn = (name: RunName, trainer: Trainer) => {
  const { batches, held } = runs[name]()
  const rising = warmupCosine({ peak: 0.02, floor: 0.001, warmup: 6, steps })
  const options: FitOptions<DataError, never> = {
    batches: batches(trainer.state.current.batches),
    rate: reduceOnPlateau(rising, { patience: 1, factor: 0.7, threshold: 0.05 }),
    steps,
    key,
    evaluation: { every: evaluateEvery, patience: steps, improvement: 0.001, ...held },
    skips: 1
  }
  return training(trainer, options)
}
