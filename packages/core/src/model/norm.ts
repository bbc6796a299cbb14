import type { AnyExpr } from "../expr.ts"
import { add, div, maximum, mul } from "../op/arithmetic.ts"
import { equal } from "../op/compare.ts"
import { fill } from "../op/leaf.ts"
import { batchNormTraining, batchNorm as normaliseBy } from "../op/nn/batchNorm.ts"
import { layerNorm as normaliseLast } from "../op/nn/layerNorm.ts"
import { rmsNorm as normaliseByRoot } from "../op/nn/rmsNorm.ts"
import { sub } from "../op/sign.ts"
import { sum } from "../op/stretch.ts"
import { where } from "../op/where.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import { ones } from "./initialiser.ts"
import { type Model, make, parameter, state } from "./model.ts"

/**
 * Layer normalisation of the last axis, with `scale` and `bias`, both `[width]`. Input: `[..., width]` -> the same.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Object.keys(Model.parameters(Model.layerNorm({ width: 32 }))) // => ["scale", "bias"]
 * ```
 */
export const layerNorm = (options: { readonly width: number; readonly epsilon?: number }): Model<AnyExpr, AnyExpr> => {
  const { width, epsilon = 1e-5 } = options
  return make(
    { scale: parameter([width], { initialiser: ones }), bias: parameter([width]) },
    ({ scale, bias }, x: AnyExpr) => normaliseLast(x, { scale, bias, epsilon })
  )
}

/**
 * Root mean square normalisation of the last axis, with `scale` `[width]`. Input: `[..., width]` -> the same.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Object.keys(Model.parameters(Model.rmsNorm({ width: 32 }))) // => ["scale"]
 * ```
 */
export const rmsNorm = (options: { readonly width: number; readonly epsilon?: number }): Model<AnyExpr, AnyExpr> => {
  const { width, epsilon = 1e-5 } = options
  return make({ scale: parameter([width], { initialiser: ones }) }, ({ scale }, x: AnyExpr) =>
    normaliseByRoot(x, { scale, epsilon })
  )
}

/**
 * Batch normalisation with `scale` and `bias`, and with running statistics as states `mean` and `variance`, all
 * `[features]`. In training it takes the batch's statistics, by the weights of its rows where the run has some, and moves
 * the running ones towards them by `momentum` (0.1 by default), the variance with Bessel's correction (a batch without
 * weight leaves them); in evaluation it takes the running ones. Throws a `ShapeError` for a momentum outside [0, 1]. Input: `[batch, features, ...]` -> the same.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * Object.keys(Model.states(Model.batchNorm({ features: 3 }))) // => ["mean", "variance"]
 * ```
 */
export const batchNorm = (options: {
  readonly features: number
  readonly momentum?: number
  readonly epsilon?: number
}): Model<AnyExpr, AnyExpr> => {
  const { features, momentum = 0.1, epsilon = 1e-5 } = options
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new ShapeError("batchNorm", [], `a momentum from 0 to 1, not ${momentum}`)
  }
  const tree = {
    scale: parameter([features], { initialiser: ones }),
    bias: parameter([features]),
    mean: state([features]),
    variance: state([features], { initialiser: ones })
  }
  return make(tree, ({ scale, bias, mean, variance }, x: AnyExpr, { mode, weights }) => {
    if (mode === "evaluate") {
      return normaliseBy(x, { scale, bias, epsilon, mean: mean.value, variance: variance.value })
    }
    const batch = batchNormTraining(x, { scale, bias, epsilon, weights })
    const [rows = 0, , ...behind] = x.type.shape
    const { dtype } = x.type
    const counted = mul(weights === undefined ? fill(rows, { dtype, shape: [] }) : sum(weights), ShapeOf.size(behind))
    const corrected = mul(batch.variance, div(counted, maximum(sub(counted, 1), 1)))
    const towards = (old: AnyExpr, next: AnyExpr): AnyExpr => {
      const moved = add(mul(old, 1 - momentum), mul(next, momentum))
      // Rows of padding alone have no statistics.
      return weights === undefined ? moved : where(equal(counted, 0), old, moved)
    }
    mean.update(towards(mean.value, batch.mean))
    variance.update(towards(variance.value, corrected))
    return batch.output
  })
}
