import { compile, type Executable, Tensor } from "@residual/backends"
import { type AnyExpr, input, Model, op } from "@residual/core"
import { type Batch, type DataError, type Objective, sampleAt } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Guess } from "../../protocol/report.ts"
import { type Digits, pixelCount, side } from "../data/digits.ts"
import { loadDigits } from "../data/loadDigits.ts"
import type { Tell } from "../tell.ts"
import { digitModel } from "./digitModel.ts"
import { keys } from "./keys.ts"
import type { Task } from "./task.ts"

const [batchSize, steps, rate] = [32, 1200, 0.004]

/** How many of the held-out digits are shown. */
const shownCount = 20

const imagesShape = (count: number): ReadonlyArray<number> => [count, 1, side, side]

const objective: Objective<AnyExpr, AnyExpr> = {
  model: digitModel,
  batch: {
    images: { dtype: "f32", shape: imagesShape(batchSize) },
    targets: { dtype: "i32", shape: [batchSize] }
  },
  loss: (model, { images, targets }) => op.crossEntropy(model(images as AnyExpr), targets as AnyExpr)
}

const pixelsOf = ({ pixels }: Digits, image: number): Uint8Array =>
  pixels.subarray(image * pixelCount, (image + 1) * pixelCount)

/** Some images as what the model reads: light from 0 to 1. */
const imagesTensor = (digits: Digits, images: ReadonlyArray<number>): Tensor.Tensor => {
  const light = new Float32Array(images.length * pixelCount)
  for (const [row, image] of images.entries()) {
    for (const [at, grey] of pixelsOf(digits, image).entries()) light[row * pixelCount + at] = grey / 255
  }
  return Tensor.make(light, { shape: imagesShape(images.length) })
}

/** Batches in shuffled order, without end: every image comes once an epoch. */
const batchesOf = (digits: Digits): Stream.Stream<Batch> =>
  Stream.unfold(0, (at) =>
    Effect.sync(() => {
      const images = Array.from({ length: batchSize }, (_, row) =>
        sampleAt(keys.order, digits.labels.length, at * batchSize + row)
      )
      const targets = Int32Array.from(images, (image) => digits.labels[image] as number)
      const batch = { images: imagesTensor(digits, images), targets: Tensor.make(targets, { dtype: "i32" }) }
      return [batch, at + 1] as const
    })
  )

/** Learning to read handwritten digits. */
export const digitClassifier = (tell: Tell): Effect.Effect<Task, DataError> =>
  Effect.map(loadDigits, ({ learned, heldOut }) => ({
    objective,
    batches: batchesOf(learned),
    steps,
    rate,
    parametersKey: keys.parameters,
    stepsKey: keys.order,
    demonstration: ({ store }) =>
      Effect.gen(function* () {
        const count = heldOut.labels.length
        const program = yield* compile({ outputs: { probabilities: probabilitiesOf(count) } })
        const classify = yield* program.bind(store)
        const images = Array.from({ length: shownCount }, (_, image) => ({
          digit: heldOut.labels[image] as number,
          pixels: pixelsOf(heldOut, image).slice()
        }))
        tell({ _tag: "Shown", images })
        const given = imagesTensor(
          heldOut,
          Array.from({ length: count }, (_, image) => image)
        )
        return (step) =>
          Effect.map(guessesOf(classify, given), (guesses) => {
            const right = guesses.filter(({ digit }, image) => digit === heldOut.labels[image]).length
            const shown = guesses.slice(0, shownCount)
            tell({ _tag: "Evaluated", step, accuracy: right / count, count, guesses: shown })
          })
      })
  }))

const probabilitiesOf = (count: number): AnyExpr => {
  const images = input("images", imagesShape(count))
  const { output } = Model.apply(digitModel, { ...Model.slots(digitModel), mode: "evaluate" }, images)
  return op.softmax(output)
}

/** What each of some images is most probably. */
const guessesOf = (classify: Executable, images: Tensor.Tensor) =>
  Effect.map(classify.run({ images }), (outputs): ReadonlyArray<Guess> => {
    const probabilities = Tensor.toTypedArray(outputs["probabilities"] as Tensor.Tensor)
    return Array.from({ length: probabilities.length / 10 }, (_, image) => {
      const row = Array.from(probabilities.subarray(image * 10, (image + 1) * 10), Number)
      const probability = Math.max(...row)
      return { digit: row.indexOf(probability), probability }
    })
  })
