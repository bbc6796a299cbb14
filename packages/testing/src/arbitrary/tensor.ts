import { Tensor } from "@residual/backends"
import { type DType, Shape } from "@residual/core"
import fc from "fast-check"
import { type Domain, integers, real } from "./domain.ts"

/**
 * Elements of a domain, which shrink towards 0.
 *
 * ```ts
 * import { Arbitrary, Domain } from "@residual/testing"
 * import fc from "fast-check"
 * fc.sample(Arbitrary.element(Domain.positive), 5).every((x) => x >= 0.25 && x <= 3) // => true
 * ```
 */
export const element = (domain: Domain): fc.Arbitrary<number> => {
  const { low, high, avoid, margin, grid } = domain
  return fc
    .integer({ min: Math.ceil(low / grid), max: Math.floor(high / grid) })
    .map((step) => step * grid + 0)
    .filter((x) => avoid.every((point) => Math.abs(x - point) >= margin))
}

const origins = new WeakMap<Tensor.Tensor, fc.Arbitrary<Tensor.Tensor>>()

/** What a tensor was drawn from: others of its shape and domain. One that was made from others is itself all that there is. */
export const othersLike = (tensor: Tensor.Tensor): fc.Arbitrary<Tensor.Tensor> =>
  origins.get(tensor) ?? fc.constant(tensor)

/**
 * Tensors of a shape with elements in a domain; of `f64` by default, in which central differences are taken.
 *
 * ```ts
 * import { Arbitrary, Domain } from "@residual/testing"
 * import fc from "fast-check"
 * fc.sample(Arbitrary.tensor([2, 3], Domain.positive), 1)[0]?.type.shape // => [2, 3]
 * ```
 */
export const tensor = (
  shape: Shape.Shape,
  domain: Domain = real,
  dtype: DType.DType = "f64"
): fc.Arbitrary<Tensor.Tensor> => {
  const size = Shape.size(shape)
  const length = { minLength: size, maxLength: size }
  const values = domain.distinct
    ? fc.uniqueArray(element(domain), length).chain((drawn) => fc.shuffledSubarray(drawn, length))
    : fc.array(element(domain), length)
  const tensors: fc.Arbitrary<Tensor.Tensor> = values.map((drawn) => {
    const made = Tensor.make(drawn, { dtype, shape })
    origins.set(made, tensors)
    return made
  })
  return tensors
}

/**
 * Tensors of `i32` from `low` to `high`: indices, classes, counts.
 *
 * ```ts
 * import { Arbitrary } from "@residual/testing"
 * import fc from "fast-check"
 * fc.sample(Arbitrary.integerTensor([4], 0, 6), 1)[0]?.type.dtype // => "i32"
 * ```
 */
export const integerTensor = (
  shape: Shape.Shape,
  low: number,
  high: number,
  dtype: "i32" | "u32" = "i32"
): fc.Arbitrary<Tensor.Tensor> => tensor(shape, integers(low, high), dtype)

/**
 * Tensors of `bool`.
 *
 * ```ts
 * import { Arbitrary } from "@residual/testing"
 * import fc from "fast-check"
 * fc.sample(Arbitrary.boolTensor([4]), 1)[0]?.type.dtype // => "bool"
 * ```
 */
export const boolTensor = (shape: Shape.Shape): fc.Arbitrary<Tensor.Tensor> => tensor(shape, integers(0, 1), "bool")
