import { type AnyExpr, Model, op, ShapeError } from "@residual/core"
import { convNet, lenet } from "@residual/models"
import { DataError, Samples } from "@residual/train"
import * as Effect from "effect/Effect"
import { FailureError } from "../../commandError.ts"
import type { ConfigurationOf } from "../../configuration/configuration.ts"
import { fingerprint } from "../fingerprint.ts"
import { judgedByClass } from "../judgedByClass.ts"
import { keysOf } from "../keys.ts"
import type { KnowledgeOf } from "../knowledge.ts"
import { mlpOf } from "../mlpOf.ts"
import type { Learner, Task } from "../task.ts"
import { digitsOfPackage } from "./digitsOfPackage.ts"
import type { Images } from "./imageSets.ts"
import { imagesOfFolder } from "./imagesOfFolder.ts"

/** What names what images show. Throws a `ShapeError` for a model that they are too small for. */
export const imagesLearner = (
  { model }: ConfigurationOf<"images">,
  { task: _, ...images }: KnowledgeOf<"images">
): Learner => ({ model: modelOf(model, images), ...judgedByClass })

const modelOf = (
  model: ConfigurationOf<"images">["model"],
  images: Omit<KnowledgeOf<"images">, "task">
): Model.Model<AnyExpr, AnyExpr> => {
  const { channels, height, width, classes } = images
  switch (model.kind) {
    case "lenet":
      return lenet({ ...images, batchNorm: model.batchNorm, dropout: model.dropout })
    case "cnn":
      return convNet({ ...images, features: model.features, batchNorm: model.batchNorm, dropout: model.dropout })
    case "mlp": {
      const size = channels * height * width
      return Model.sequence((x) => op.reshape(x, [-1, size]), mlpOf(model, size, classes))
    }
  }
}

/**
 * Naming what images show. Fails for images that cannot be read, for a label that is no class, and for a model that the
 * images are too small for.
 */
export const imagesTask = (configuration: ConfigurationOf<"images">) =>
  Effect.gen(function* () {
    const { data, seed } = configuration
    const { source, learned, tested } =
      data.path === null ? yield* digitsOfPackage : yield* imagesOfFolder(data.path, data)
    const [, channels, height, width] = learned.pixels.shape as [number, number, number, number]
    const knowledge: KnowledgeOf<"images"> = { task: "images", channels, height, width, classes: data.classes }
    const [samples, tests] = yield* Effect.forEach([learned, tested], (images) =>
      samplesOf(source, images, data.classes)
    )
    const heldOut = Math.floor(learned.labels.length * data.held)
    if (data.held > 0 && heldOut === 0) {
      const reason = `of its ${learned.labels.length} images a share of ${data.held} is none, which cannot be held out`
      return yield* Effect.fail(new DataError({ source, reason }))
    }
    const split =
      heldOut === 0
        ? { learned: samples as Samples.Samples, heldOut: tests as Samples.Samples }
        : yield* Samples.split(samples as Samples.Samples, { heldOut, key: keysOf(seed).split })
    const learner = yield* composed(() => imagesLearner(configuration, knowledge))
    const task: Task = {
      ...learner,
      knowledge,
      learned: split.learned,
      samplesOfEpoch: split.learned.count,
      held: split.heldOut,
      everything: Effect.suspend(() => samplesOf(source, together(learned, tested), data.classes)),
      fingerprint: fingerprint(learned.pixels.elements, learned.labels, tested.pixels.elements, tested.labels)
    }
    return task
  })

/** A model that the images may be too small for. */
const composed = (make: () => Learner): Effect.Effect<Learner, FailureError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(make())
    } catch (cause) {
      if (cause instanceof ShapeError) return Effect.fail(new FailureError({ message: `model: ${cause.message}` }))
      throw cause
    }
  })

/** Images of one size, the ones after the others. */
const together = (one: Images, other: Images): Images => {
  const [count = 0, ...size] = one.pixels.shape
  const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
    const all = new Uint8Array(a.length + b.length)
    all.set(a)
    all.set(b, a.length)
    return all
  }
  return {
    pixels: {
      shape: [count + other.labels.length, ...size],
      elements: joined(one.pixels.elements, other.pixels.elements)
    },
    labels: joined(one.labels, other.labels)
  }
}

/** Images as samples, of light from 0 to 1. Fails for a label that is no class. */
const samplesOf = (source: string, { pixels, labels }: Images, classes: number) =>
  Effect.gen(function* () {
    const inputs = { ...pixels, dtype: "f32" as const, scale: 1 / 255 }
    const samples = yield* Samples.fromArrays({ inputs, targets: labels }, { source })
    yield* Samples.checkClasses(samples, { classes })
    return samples
  })
