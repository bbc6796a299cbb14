import type { AnyExpr } from "../expr.ts"
import { add } from "../op/arithmetic.ts"
import { matmul } from "../op/matmul.ts"
import type { Initialiser } from "./initialiser.ts"
import { type Model, make, parameter } from "./model.ts"

/**
 * An affine map of the last axis, x · W + b, with `weight` `[in, out]` and, unless `bias` is false, `bias` `[out]`.
 * Input: `[..., in]` -> `[..., out]`.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Object.keys(Model.parameters(Model.linear({ in: 4, out: 3 }))) // => ["weight", "bias"]
 * ```
 */
export const linear = (options: {
  readonly in: number
  readonly out: number
  readonly bias?: boolean
  /** The weight's: PyTorch's by default, uniform with variance 1 / (3 · in). The bias starts at 0. */
  readonly initialiser?: Initialiser
}): Model<AnyExpr, AnyExpr> => {
  const { initialiser } = options
  const weight = parameter([options.in, options.out], initialiser === undefined ? {} : { initialiser })
  return options.bias === false
    ? make({ weight }, (self, x: AnyExpr) => matmul(x, self.weight))
    : make({ weight, bias: parameter([options.out]) }, (self, x: AnyExpr) => add(matmul(x, self.weight), self.bias))
}
