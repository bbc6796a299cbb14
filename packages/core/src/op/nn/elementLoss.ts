import { composite } from "../../composite.ts"
import type { AnyExpr } from "../../expr.ts"
import { ShapeError } from "../../shapeError.ts"
import * as TypeOf from "../../tensorType.ts"
import { checkAccepted } from "../elementwiseComposite.ts"
import { checkNotEmpty } from "../reduction.ts"
import { checkWeights, type LossOptions, type Reduction, reduceLoss } from "./reduceLoss.ts"

/** The attributes of a loss of elements. */
export interface LossAttrs {
  readonly reduction: Reduction
}

/** A loss that is computed of each element of a prediction and a target of one type, and then reduced. */
export const elementLoss = <Attrs>(
  name: string,
  rule: string,
  loss: (prediction: AnyExpr, target: AnyExpr, attrs: Attrs) => AnyExpr
): ((prediction: AnyExpr, target: AnyExpr, options: LossOptions, attrs: Attrs) => AnyExpr) => {
  const define = composite<Attrs & LossAttrs>(name, {
    body: (inputs, attrs) => {
      const [prediction, target, weights] = inputs as [AnyExpr, AnyExpr, AnyExpr?]
      return reduceLoss(loss(prediction, target, attrs), weights, attrs.reduction)
    },
    rule
  })
  return (prediction, target, { weights, reduction = "mean" }, attrs) => {
    checkAccepted(name, "floats", [prediction, target])
    if (!TypeOf.equals(prediction.type, target.type)) {
      throw new ShapeError(name, [prediction.type, target.type], "a prediction and a target of one type")
    }
    checkWeights(name, prediction.type, weights)
    if (reduction === "mean")
      checkNotEmpty(
        name,
        prediction.type,
        prediction.type.shape.map((_, axis) => axis)
      )
    return define([prediction, target, ...(weights === undefined ? [] : [weights])], { ...attrs, reduction })
  }
}
