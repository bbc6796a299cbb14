import type { AnyExpr } from "../../expr.ts"
import * as ShapeOf from "../../shape.ts"
import { ShapeError } from "../../shapeError.ts"
import { div, mul } from "../arithmetic.ts"
import { equal } from "../compare.ts"
import { mean } from "../moment.ts"
import { broadcastTo, reshape, sum } from "../stretch.ts"
import { where } from "../where.ts"

/** How the losses of elements become one: their mean (weighted, where there are weights), their sum, or not at all. */
export type Reduction = "mean" | "sum" | "none"

/**
 * How much each row counts in a loss, and how rows are put together.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const [prediction, target, weights] = [input("p", [8, 3]), input("t", [8, 3]), input("w", [8])]
 * op.mse(prediction, target, { weights, reduction: "sum" }).type.shape // => []
 * ```
 */
export interface LossOptions {
  /**
   * A weight for each row, with the leading axes of the elements: that of padding is 0. A mean divides by the sum of
   * weights, and is 0 where that is 0.
   */
  readonly weights?: AnyExpr | undefined
  /** `"mean"` by default. */
  readonly reduction?: Reduction
}

/** Throws a `ShapeError` for weights that are not of the elements' type and leading axes. */
export const checkWeights = (op: string, elements: AnyExpr["type"], weights: AnyExpr | undefined): void => {
  if (weights === undefined) return
  const leading = elements.shape.slice(0, weights.type.shape.length)
  if (weights.type.dtype !== elements.dtype || !ShapeOf.equals(weights.type.shape, leading)) {
    const expected = `weights of type ${elements.dtype} and leading axes of [${elements.shape.join(",")}]`
    throw new ShapeError(op, [elements, weights.type], expected)
  }
}

/** Weights repeated along the axes that they do not have. */
export const spread = (weights: AnyExpr, shape: ShapeOf.Shape): AnyExpr =>
  broadcastTo(reshape(weights, [...weights.type.shape, ...shape.slice(weights.type.shape.length).map(() => 1)]), shape)

/** The losses of elements, weighted and put together; a mean of no weight is 0. */
export const reduceLoss = (losses: AnyExpr, weights: AnyExpr | undefined, reduction: Reduction): AnyExpr => {
  if (weights === undefined) return reduction === "none" ? losses : reduction === "sum" ? sum(losses) : mean(losses)
  const shares = spread(weights, losses.type.shape)
  const weighted = mul(losses, shares)
  if (reduction === "none") return weighted
  const total = sum(weighted)
  return reduction === "sum" ? total : overWeight(total, sum(shares))
}

/** A sum over the weight that went into it; 0 where that is 0. */
export const overWeight = (total: AnyExpr, weight: AnyExpr): AnyExpr => {
  const isEmpty = equal(weight, 0)
  return where(isEmpty, 0, div(total, where(isEmpty, 1, weight)))
}
