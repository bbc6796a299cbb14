import { type AnyExpr, op } from "@residual/core"
import { accuracy } from "@residual/train"
import type { Learner } from "./task.ts"

/** How a model is judged that gives the logits of classes: of characters that come next, too. */
export const judgedByClass: Pick<Learner, "judge" | "metrics"> = {
  judge: (model, { inputs, targets }, weights) => {
    const logits = model(inputs as AnyExpr)
    const loss = op.crossEntropy(logits, targets as AnyExpr, weights === undefined ? {} : { weights })
    return { loss, outputs: { logits } }
  },
  metrics: [accuracy()]
}
