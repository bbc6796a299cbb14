import { Tensor } from "@residual/backends"
import { type Model, Shape } from "@residual/core"
import { integers, uniform } from "./uniform.ts"

/** A float32 tensor of numbers from a seed, uniform in [-scale, scale). */
export const uniformTensor = (shape: Shape.Shape, seed: number, scale = 1): Tensor.Tensor =>
  Tensor.make(Float32Array.from(uniform(Shape.size(shape), seed, scale)), { dtype: "f32", shape })

/** An int32 tensor of numbers from a seed, uniform in [0, below). */
export const integerTensor = (shape: Shape.Shape, seed: number, below: number): Tensor.Tensor =>
  Tensor.make(integers(Shape.size(shape), seed, below), { dtype: "i32", shape })

/** First weights from a seed of their own instead of the key that a model is drawn from. */
export const seeded =
  (seed: number, scale: number): Model.Initialiser =>
  (_, shape) =>
    uniform(Shape.size(shape), seed, scale)

/** First weights of a map from so many features, of a size that keeps activations from growing or dying. */
export const seededByFan = (seed: number, fan: number): Model.Initialiser => seeded(seed, Math.sqrt(1 / fan) * 1.7)
