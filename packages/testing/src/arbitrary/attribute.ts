import type { Shape } from "@residual/core"
import fc from "fast-check"

/**
 * An axis of a shape, counted from the front or, negative, from the end. The shape has at least one.
 *
 * ```ts
 * import { Arbitrary } from "@residual/testing"
 * import fc from "fast-check"
 * fc.sample(Arbitrary.axis([2, 3]), 5).every((axis) => axis >= -2 && axis < 2) // => true
 * ```
 */
export const axis = (shape: Shape.Shape): fc.Arbitrary<number> =>
  fc.integer({ min: -shape.length, max: shape.length - 1 })

/**
 * Some of a shape's axes, each at most once, in any order and counted from either end; all of them where it is
 * `undefined`.
 *
 * ```ts
 * import { Arbitrary } from "@residual/testing"
 * import fc from "fast-check"
 * fc.sample(Arbitrary.axes([2, 3]), 5).every((axes) => axes === undefined || axes.length <= 2) // => true
 * ```
 */
export const axes = (shape: Shape.Shape): fc.Arbitrary<ReadonlyArray<number> | undefined> =>
  fc.option(
    fc
      .tuple(fc.subarray([...shape.keys()]), fc.boolean())
      .map(([chosen, fromEnd]) => (fromEnd ? chosen.map((at) => at - shape.length) : chosen)),
    { nil: undefined }
  )

/**
 * An order of a shape's axes.
 *
 * ```ts
 * import { Arbitrary } from "@residual/testing"
 * import fc from "fast-check"
 * fc.sample(Arbitrary.permutation([2, 3, 4]), 5).every((order) => order.length === 3) // => true
 * ```
 */
export const permutation = (shape: Shape.Shape): fc.Arbitrary<ReadonlyArray<number>> =>
  fc.shuffledSubarray([...shape.keys()], { minLength: shape.length, maxLength: shape.length })
