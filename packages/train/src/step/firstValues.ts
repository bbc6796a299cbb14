import { Tensor } from "@residual/backends"
import { type HostRandom, Model, type TensorType } from "@residual/core"
import * as Effect from "effect/Effect"

/** First elements as a tensor, rounded to its element type. */
const rounded = ({ dtype, shape }: TensorType.TensorType, elements: Float64Array): Tensor.Tensor =>
  Tensor.make(dtype === "f32" ? Float32Array.from(elements) : elements, { dtype, shape })

/** First values by path as tensors. */
const tensors = (
  specified: Readonly<Record<string, TensorType.TensorType>>,
  values: Readonly<Record<string, Float64Array>>
): Readonly<Record<string, Tensor.Tensor>> =>
  Object.fromEntries(
    Object.entries(values).map(([path, elements]) => [
      path,
      rounded(specified[path] as TensorType.TensorType, elements)
    ])
  )

/**
 * A model's first parameters by path, drawn from a key on the host and rounded to their element types.
 *
 * ```ts
 * import { HostRandom, Model } from "@residual/core"
 * import { firstParameters } from "@residual/train"
 * const first = firstParameters(Model.linear({ in: 2, out: 3 }), HostRandom.keyFromSeed(0))
 * first["weight"]?.type // => { dtype: "f32", shape: [2, 3] }
 * ```
 */
export const firstParameters = (
  model: Model.AnyModel,
  key: HostRandom.HostKey
): Readonly<Record<string, Tensor.Tensor>> => tensors(Model.parameters(model), Model.initialise(model, key))

/**
 * A model's first states by path.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { Model } from "@residual/core"
 * import { firstStates } from "@residual/train"
 * Tensor.toArray(firstStates(Model.batchNorm({ features: 2 }))["variance"]!) // => [1, 1]
 * ```
 */
export const firstStates = (model: Model.AnyModel): Readonly<Record<string, Tensor.Tensor>> =>
  tensors(Model.states(model), Model.initialiseState(model))

/**
 * A model's first parameters and states by path, but for those that are given. Drawing many takes seconds: each parameter
 * has a turn of its own, between which whatever waits for one has it, an interruption among them.
 */
export const firstValues = (
  model: Model.AnyModel,
  key: HostRandom.HostKey,
  given: Readonly<Record<string, Tensor.Tensor>>
): Effect.Effect<Readonly<Record<string, Tensor.Tensor>>> =>
  Effect.gen(function* () {
    const drawn: Record<string, Tensor.Tensor> = {}
    for (const [path, parameter] of Object.entries(Model.parameters(model))) {
      const known = given[path]
      if (known === undefined) yield* Effect.yieldNow
      drawn[path] = known ?? rounded(parameter, Model.initialiseAt(path, parameter, key))
    }
    return { ...drawn, ...firstStates(model), ...given }
  })
