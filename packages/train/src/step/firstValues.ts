import { Tensor } from "@residual/backends"
import { type HostRandom, Model, type TensorType } from "@residual/core"

/** First values by path as tensors, rounded to their element types. */
const tensors = (
  specified: Readonly<Record<string, TensorType.TensorType>>,
  values: Readonly<Record<string, Float64Array>>
): Readonly<Record<string, Tensor.Tensor>> =>
  Object.fromEntries(
    Object.entries(values).map(([path, elements]) => {
      const { dtype, shape } = specified[path] as TensorType.TensorType
      return [path, Tensor.make(dtype === "f32" ? Float32Array.from(elements) : elements, { dtype, shape })]
    })
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
