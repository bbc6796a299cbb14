import type { Tensor } from "@residual/backends"
import { Model } from "@residual/core"
import type fc from "fast-check"
import { between, type Domain } from "./domain.ts"
import { tensor } from "./tensor.ts"

/**
 * A generator for each parameter of a model, by path, with elements from -1 to 1 by default: beside generators of its
 * inputs, what `checkGradients` needs to try a whole model.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * import { Arbitrary, checkGradients, Domain, type Inputs } from "@residual/testing"
 * const model = Model.mlp([2, 3, 1], { activation: (x) => x })
 * const inputs = { x: Arbitrary.tensor([2, 2], Domain.real, "f32"), ...Arbitrary.parameters(model) }
 * const output = ({ x, ...parameters }: Inputs) => Model.apply(model, { parameters, mode: "train" }, x!).output
 * checkGradients(output, inputs, { runs: 2 }) // => undefined
 * ```
 */
export const parameters = (
  model: Model.AnyModel,
  domain: Domain = between(-1, 1)
): Readonly<Record<string, fc.Arbitrary<Tensor.Tensor>>> =>
  Object.fromEntries(
    Object.entries(Model.parameters(model)).map(([path, { shape, dtype }]) => [path, tensor(shape, domain, dtype)])
  )
