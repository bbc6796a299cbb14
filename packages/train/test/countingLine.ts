import { type AnyExpr, Model, op } from "@residual/core"
import type { Objective } from "../src/index.ts"

/** y = slope · x + offset, which also counts its calls where it learns. */
export const line = Model.make(
  { slope: Model.parameter([]), offset: Model.parameter([]), calls: Model.state([]) },
  ({ slope, offset, calls }, x: AnyExpr, { mode }) => {
    if (mode === "train") calls.update(op.add(calls.value, 1))
    return op.add(op.mul(x, slope), offset)
  }
)

/** Its mean square error on two points. */
export const objective: Objective<AnyExpr, AnyExpr> = {
  model: line,
  batch: { x: { dtype: "f32", shape: [2] }, y: { dtype: "f32", shape: [2] } },
  loss: (model, { x, y }) => op.mean(op.square(op.sub(model(x as AnyExpr), y as AnyExpr)))
}
