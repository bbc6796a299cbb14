import { hashPath } from "../random/hashPath.ts"
import { foldIn, type HostKey } from "../random/threefry.ts"
import * as ShapeOf from "../shape.ts"
import { type AnyModel, parameters, states } from "./members.ts"
import type { Parameter, State } from "./model.ts"
import { ModelError } from "./modelError.ts"

const drawn = (path: string, { shape, initialiser }: Parameter | State, key: HostKey): Float64Array => {
  const elements = initialiser(key, shape)
  if (elements.length !== ShapeOf.size(shape)) {
    throw new ModelError(path, `an initialiser that gives ${ShapeOf.size(shape)} elements, not ${elements.length}`)
  }
  return elements
}

/**
 * The first elements of one of a model's parameters, which stands at a path: what `initialise` gives for it. Throws as
 * `initialise` does.
 *
 * ```ts
 * import { HostRandom, Model } from "@residual/core"
 * const [key, line] = [HostRandom.keyFromSeed(0), Model.linear({ in: 2, out: 3 })]
 * const { weight } = Model.parameters(line)
 * Model.initialiseAt("weight", weight!, key) // => Model.initialise(line, key)["weight"]
 * ```
 */
export const initialiseAt = (path: string, parameter: Parameter, key: HostKey): Float64Array =>
  drawn(path, parameter, foldIn(key, hashPath(path)))

/**
 * The first elements of a model's parameters by path, in float64 and row-major order. Each draws from the key folded by
 * the hash of its path, so that it depends on nothing else in the model. Throws a `ModelError` for an initialiser that
 * gives another number of elements than its parameter has.
 *
 * ```ts
 * import { HostRandom, Model } from "@residual/core"
 * const first = Model.initialise(Model.linear({ in: 2, out: 3 }), HostRandom.keyFromSeed(0))
 * first["weight"]?.length // => 6
 * ```
 */
export const initialise = (model: AnyModel, key: HostKey): Readonly<Record<string, Float64Array>> =>
  Object.fromEntries(Object.entries(parameters(model)).map(([path, spec]) => [path, initialiseAt(path, spec, key)]))

/**
 * The first elements of a model's states by path. Throws as `initialise` does.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Model.initialiseState(Model.batchNorm({ features: 2 }))["variance"] // => new Float64Array([1, 1])
 * ```
 */
export const initialiseState = (model: AnyModel): Readonly<Record<string, Float64Array>> =>
  Object.fromEntries(Object.entries(states(model)).map(([path, spec]) => [path, drawn(path, spec, [0, 0])]))
