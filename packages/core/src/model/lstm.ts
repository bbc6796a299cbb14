import type { AnyExpr } from "../expr.ts"
import { stack } from "../op/arrange.ts"
import { fill } from "../op/leaf.ts"
import { slice } from "../op/movement.ts"
import { lstmCell } from "../op/nn/recurrent.ts"
import { squeeze } from "../op/stretch.ts"
import { ShapeError } from "../shapeError.ts"
import { uniform } from "./initialiser.ts"
import { type Model, make, parameter } from "./model.ts"

/**
 * A long short-term memory over time, from zero states: `op.lstmCell` step by step, each of which becomes a part of the
 * program, so that its size grows with the time. Parameters are `inputWeight` `[4 · hidden, in]`, `hiddenWeight`
 * `[4 · hidden, hidden]` and `bias` `[4 · hidden]`, uniform within 1 / √hidden. Input: `[batch, time, in]` -> the hidden
 * state after each step, `[batch, time, hidden]`. Applying it throws a `ShapeError` for another rank and for no steps.
 *
 * ```ts
 * import { input, Model } from "@residual/core"
 * const memory = Model.lstm({ in: 3, hidden: 4 })
 * const { output } = Model.apply(memory, { ...Model.slots(memory), mode: "train" }, input("x", [2, 5, 3]))
 * output.type.shape // => [2, 5, 4]
 * ```
 */
export const lstm = (options: { readonly in: number; readonly hidden: number }): Model<AnyExpr, AnyExpr> => {
  const { in: width, hidden } = options
  const initialiser = uniform(-1 / Math.sqrt(hidden), 1 / Math.sqrt(hidden))
  const tree = {
    inputWeight: parameter([4 * hidden, width], { initialiser }),
    hiddenWeight: parameter([4 * hidden, hidden], { initialiser }),
    bias: parameter([4 * hidden], { initialiser })
  }
  return make(tree, ({ inputWeight, hiddenWeight, bias }, x: AnyExpr) => {
    const [batch, time] = x.type.shape
    if (x.type.shape.length !== 3 || batch === undefined || !time) {
      throw new ShapeError("lstm", [x.type], "[batch, time, in] with at least one step")
    }
    const none = fill(0, { dtype: x.type.dtype, shape: [batch, hidden] })
    const outputs: Array<AnyExpr> = []
    let state = { hidden: none, cell: none }
    for (let step = 0; step < time; step++) {
      const now = squeeze(slice(x, { starts: [0, step], stops: [batch, step + 1] }), 1)
      state = lstmCell(now, state, { inputWeight, hiddenWeight, inputBias: bias })
      outputs.push(state.hidden)
    }
    return stack(outputs, { axis: 1 })
  })
}
