import { composite } from "../../composite.ts"
import { holds, isInteger } from "../../dtype.ts"
import type { AnyExpr } from "../../expr.ts"
import { apply } from "../../expr.ts"
import * as ShapeOf from "../../shape.ts"
import { ShapeError } from "../../shapeError.ts"
import { add, mul } from "../arithmetic.ts"
import { cast } from "../cast.ts"
import { equal } from "../compare.ts"
import { checkAccepted } from "../elementwiseComposite.ts"
import { exp, log } from "../exponential.ts"
import { gatherOp } from "../indexing.ts"
import { oneHot } from "../lookup.ts"
import { mean } from "../moment.ts"
import { not } from "../not.ts"
import { checkNotEmpty } from "../reduction.ts"
import { sub } from "../sign.ts"
import { expandDims, reshape, sum } from "../stretch.ts"
import { where } from "../where.ts"
import { type LossOptions, overWeight, type Reduction } from "./reduceLoss.ts"
import { exponentialsAlong } from "./softmax.ts"

interface RowAttrs {
  readonly labelSmoothing: number
  readonly ignoreIndex: number
}

/** The residual of the logits, from that of each row's cross entropy and the saved log Σ exp. */
export const rowsBackward = composite<RowAttrs>("crossEntropyRowsBackward", {
  body: (inputs, { labelSmoothing, ignoreIndex }) => {
    const [r, logits, targets, logSumExp] = inputs as [AnyExpr, AnyExpr, AnyExpr, AnyExpr]
    const { dtype, shape } = logits.type
    const classes = shape.at(-1) as number
    const wanted = add(mul(oneHot(targets, classes, { dtype }), 1 - labelSmoothing), labelSmoothing / classes)
    const probabilities = exp(sub(logits, expandDims(logSumExp, -1)))
    return where(equal(expandDims(targets, -1), ignoreIndex), 0, mul(sub(probabilities, wanted), expandDims(r, -1)))
  }
})

/** The cross entropy of each row, 0 where its target is ignored, and its log Σ exp, which is saved. */
export const rows = composite<RowAttrs>("crossEntropyRows", {
  body: (inputs, { labelSmoothing, ignoreIndex }) => {
    const [logits, targets] = inputs as [AnyExpr, AnyExpr]
    const { shape } = logits.type
    const axis = shape.length - 1
    const { shift, divisor } = exponentialsAlong(logits, axis)
    const logSumExp = reshape(add(shift, log(divisor)), shape.slice(0, -1))
    const isIgnored = equal(targets, ignoreIndex)
    const inside = where(isIgnored, 0, targets)
    const chosen = apply(gatherOp, [logits, inside], { axis, batch: axis, outside: Number.NaN })
    const expected =
      labelSmoothing === 0
        ? chosen
        : add(mul(chosen, 1 - labelSmoothing), mul(mean(logits, { axes: [axis] }), labelSmoothing))
    return [where(isIgnored, 0, sub(logSumExp, expected)), logSumExp]
  },
  outputs: 1,
  backward: ([r, toLogSumExp], { inputs, outputs, attrs }) => {
    const [logits, targets] = inputs as [AnyExpr, AnyExpr]
    const [, logSumExp] = outputs as [AnyExpr, AnyExpr]
    const direct = r ? rowsBackward([r, logits, targets, logSumExp], attrs) : null
    if (!toLogSumExp) return [direct, null]
    // At second order a residual arrives at the saved value as well.
    const bySaved = mul(exp(sub(logits, expandDims(logSumExp, -1))), expandDims(toLogSumExp, -1))
    return [direct === null ? bySaved : add(direct, bySaved), null]
  },
  rule: "r · (softmax(x) - target) ; none"
})

interface CrossEntropyAttrs extends RowAttrs {
  readonly reduction: Reduction
}

const reduced = composite<CrossEntropyAttrs>("crossEntropy", {
  body: (inputs, { reduction, ...attrs }) => {
    const [logits, targets, weights] = inputs as [AnyExpr, AnyExpr, AnyExpr?]
    const losses = rows([logits, targets], attrs)
    const weighted = weights === undefined ? losses : mul(losses, weights)
    if (reduction === "none") return weighted
    if (reduction === "sum") return sum(weighted)
    const counted = cast(not(equal(targets, attrs.ignoreIndex)), logits.type.dtype)
    return overWeight(sum(weighted), sum(weights === undefined ? counted : mul(counted, weights)))
  },
  rule: "r · (softmax(x) - target) / n ; none"
})

/** How a cross entropy is taken. */
export interface CrossEntropyOptions extends LossOptions {
  /** The part of the target that is spread over all classes evenly: 0 by default. */
  readonly labelSmoothing?: number
  /** Rows with this target do not count: -100 by default. */
  readonly ignoreIndex?: number
}

/**
 * The mean cross entropy of softmax(logits) with the classes that occurred: log Σ exp(x) - x[target]. Rows whose target
 * is `ignoreIndex` do not count, and without any other the mean is 0; a row with another target outside the classes has
 * NaN. Shape: logits `[..., classes]`, targets `i32[...]`, weights `[...]` -> `[]`, or `[...]` without reduction. Throws a
 * `ShapeError` for operands of other types, for smoothing outside [0, 1], for no classes, and for a mean of no rows.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const targets = input("targets", [4, 16], { dtype: "i32" })
 * op.crossEntropy(input("logits", [4, 16, 65]), targets, { labelSmoothing: 0.1 }).type.shape // => []
 * ```
 */
export const crossEntropy = (logits: AnyExpr, targets: AnyExpr, options: CrossEntropyOptions = {}): AnyExpr => {
  checkAccepted("crossEntropy", "floats", [logits])
  const { weights, reduction = "mean", labelSmoothing = 0, ignoreIndex = -100 } = options
  const { shape, dtype } = logits.type
  const outer = shape.slice(0, -1)
  if (shape.length === 0 || !isInteger(targets.type.dtype) || !ShapeOf.equals(outer, targets.type.shape)) {
    throw new ShapeError("crossEntropy", [logits.type, targets.type], "logits [..., classes] and integer targets [...]")
  }
  if (weights !== undefined && (weights.type.dtype !== dtype || !ShapeOf.equals(weights.type.shape, outer))) {
    throw new ShapeError("crossEntropy", [logits.type, weights.type], `weights of type ${dtype}[${outer.join(",")}]`)
  }
  if (!holds("i32", ignoreIndex)) {
    throw new ShapeError("crossEntropy", [targets.type], `a whole index to ignore, not ${ignoreIndex}`)
  }
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ShapeError("crossEntropy", [logits.type], `smoothing from 0 to 1, not ${labelSmoothing}`)
  }
  checkNotEmpty("crossEntropy", logits.type, [outer.length])
  if (reduction === "mean")
    checkNotEmpty(
      "crossEntropy",
      targets.type,
      outer.map((_, axis) => axis)
    )
  return reduced([logits, cast(targets, "i32"), ...(weights === undefined ? [] : [weights])], {
    labelSmoothing,
    ignoreIndex,
    reduction
  })
}
