import type { AnyExpr } from "../../expr.ts"
import { add, mul, neg } from "../arithmetic.ts"
import { fill } from "../leaf.ts"
import { sub } from "../sign.ts"
import { elementLoss } from "./elementLoss.ts"
import type { LossOptions } from "./reduceLoss.ts"
import { softplus } from "./softplus.ts"

const fromLogits = elementLoss("binaryCrossEntropyWithLogits", "r · (σ(x) - t) / n ; -r · x / n", (logits, target) => {
  // The two terms have no part in common, which would drown a small loss.
  const missed = mul(target, softplus(neg(logits)))
  return add(missed, mul(sub(fill(1, target.type), target), softplus(logits)))
})

/**
 * The mean cross entropy of probabilities σ(logits) with targets from 0 to 1, as t · softplus(-x) + (1 - t) ·
 * softplus(x), which neither overflows nor loses digits of a small loss. Shape: two of `[...]`, weights of its leading axes -> `[]`, or `[...]` without reduction. Throws a
 * `ShapeError` for a target or weights of another type, and for a mean of no elements.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.binaryCrossEntropyWithLogits(input("logits", [8, 3]), input("target", [8, 3])).type.shape // => []
 * ```
 */
export const binaryCrossEntropyWithLogits = (logits: AnyExpr, target: AnyExpr, options: LossOptions = {}): AnyExpr =>
  fromLogits(logits, target, options, {})
