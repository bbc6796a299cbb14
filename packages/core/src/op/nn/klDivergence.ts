import { composite } from "../../composite.ts"
import type { AnyExpr } from "../../expr.ts"
import * as ShapeOf from "../../shape.ts"
import { ShapeError } from "../../shapeError.ts"
import * as TypeOf from "../../tensorType.ts"
import { div, mul } from "../arithmetic.ts"
import { equal } from "../compare.ts"
import { checkAccepted } from "../elementwiseComposite.ts"
import { log } from "../exponential.ts"
import { checkNotEmpty } from "../reduction.ts"
import { sub } from "../sign.ts"
import { sum } from "../stretch.ts"
import { where } from "../where.ts"
import { checkWeights, type LossOptions, overWeight, type Reduction, reduceLoss, spread } from "./reduceLoss.ts"

interface DivergenceAttrs {
  readonly reduction: Reduction | "batchMean"
}

const divergence = composite<DivergenceAttrs>("klDivergence", {
  body: (inputs, { reduction }) => {
    const [logProbabilities, target, weights] = inputs as [AnyExpr, AnyExpr, AnyExpr?]
    // What has no probability in the target counts nothing, whatever its logarithm is.
    const isAbsent = equal(target, 0)
    const information = sub(log(where(isAbsent, 1, target)), where(isAbsent, 0, logProbabilities))
    const losses = where(isAbsent, 0, mul(target, information))
    if (reduction !== "batchMean") return reduceLoss(losses, weights, reduction)
    const [rows = 1] = target.type.shape
    if (weights === undefined) return div(sum(losses), rows)
    const weight = mul(sum(weights), rows / Math.max(1, ShapeOf.size(weights.type.shape)))
    return overWeight(sum(mul(losses, spread(weights, target.type.shape))), weight)
  },
  rule: "-r · t / n ; r · (log t + 1 - x) / n where t > 0, else 0"
})

/**
 * The Kullback–Leibler divergence of a target distribution from predicted log-probabilities: Σ t · (log t - x), whose
 * terms are 0 where the target is. `batchMean`, the default, sums over all axes but the first and averages over that;
 * `"mean"` averages over all elements. Shape: two of `[batch, ...]`, weights of its leading axes -> `[]`, or the operands'
 * without reduction. Throws a `ShapeError` for a target or weights of another type, and for a mean of no elements.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.klDivergence(op.logSoftmax(input("logits", [8, 3])), op.softmax(input("target", [8, 3]))).type.shape // => []
 * ```
 */
export const klDivergence = (
  logProbabilities: AnyExpr,
  target: AnyExpr,
  options: Omit<LossOptions, "reduction"> & { readonly reduction?: Reduction | "batchMean" } = {}
): AnyExpr => {
  checkAccepted("klDivergence", "floats", [logProbabilities, target])
  if (!TypeOf.equals(logProbabilities.type, target.type)) {
    throw new ShapeError(
      "klDivergence",
      [logProbabilities.type, target.type],
      "log-probabilities and a target of one type"
    )
  }
  const { weights, reduction = "batchMean" } = options
  checkWeights("klDivergence", target.type, weights)
  if (reduction === "mean" || reduction === "batchMean") {
    checkNotEmpty(
      "klDivergence",
      target.type,
      target.type.shape.map((_, axis) => axis)
    )
  }
  return divergence([logProbabilities, target, ...(weights === undefined ? [] : [weights])], { reduction })
}
