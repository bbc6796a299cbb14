import type { AnyExpr } from "../expr.ts"
import { dropout as drop } from "../op/nn/dropout.ts"
import { ShapeError } from "../shapeError.ts"
import { type Model, make } from "./model.ts"

/**
 * Dropout in training, with the key of its path; the input itself in evaluation. Input: `[...]` -> the same. Throws a
 * `ShapeError` for a rate outside [0, 1].
 *
 * ```ts
 * import { input, Model } from "@residual/core"
 * const x = input("x", [2, 3])
 * Model.apply(Model.dropout({ rate: 0.1 }), { mode: "evaluate" }, x).output === x // => true
 * ```
 */
export const dropout = ({ rate }: { readonly rate: number }): Model<AnyExpr, AnyExpr> => {
  if (!(rate >= 0 && rate <= 1)) throw new ShapeError("dropout", [], `a rate from 0 to 1, not ${rate}`)
  return make({}, (_, x: AnyExpr, context) =>
    context.mode === "evaluate" || rate === 0 ? x : drop(x, { rate, key: context.key })
  )
}
