import { type Backend, type DeviceUnavailable, makeStore, type ProgramCache, type Tensor } from "@residual/backends"
import { type AnyExpr, Model, op } from "@residual/core"
import { lenet } from "@residual/models"
import { decodeCheckpoint, makePredictor, matchParameters, modelTensors } from "@residual/train"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"

/** The model of the app: a LeNet, for images of 28×28 pixels. */
export const digits = lenet({ channels: 1, height: 28, width: 28, classes: 10 })

/** How probable each digit is, of a checkpoint's bytes and of images, 28×28 pixels from 0 to 1. */
export type PredictDigits = (checkpoint: Uint8Array, images: Tensor.Numbers) => Promise<Tensor.Tensor>

/** That on a backend. */
export const predictOn =
  (backend: Layer.Layer<Backend | ProgramCache, DeviceUnavailable>): PredictDigits =>
  (checkpoint, images) =>
    Effect.gen(function* () {
      const { tensors } = yield* decodeCheckpoint("digits.safetensors", checkpoint)
      const { matched } = yield* matchParameters(
        { ...Model.parameters(digits), ...Model.states(digits) },
        modelTensors(tensors)
      )
      const predict = yield* makePredictor(yield* makeStore(matched), {
        model: digits,
        inputs: { images: { dtype: "f32", shape: [2, 1, 28, 28] } },
        outputs: (model, { images }) => ({
          probabilities: op.softmax(model(images as AnyExpr))
        })
      })
      return (yield* predict({ images })).probabilities
    }).pipe(Effect.scoped, Effect.provide(backend), Effect.runPromise)
