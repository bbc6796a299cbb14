import type { AnyExpr } from "../expr.ts"
import { topological } from "../expr.ts"
import { expressionsIn } from "../op/recompute.ts"
import { type Applied, applyObserved, type Bindings } from "./apply.ts"
import type { Model } from "./model.ts"

/** What an application of a model gives, and where in the model its expressions were composed. */
export interface Placed<Out> extends Applied<Out> {
  /** The path of the innermost call that composed an expression: of those that the output is made of. */
  readonly places: ReadonlyMap<AnyExpr, string>
}

/**
 * `apply`, which also tells the place of everything that the output is made of: what a message about an op can name.
 * Throws as `apply` does.
 *
 * ```ts
 * import { input, Model, op } from "@residual/core"
 * const model = Model.sequence(Model.linear({ in: 4, out: 4 }), Model.lift(op.tanh))
 * const { output, places } = Model.applyPlaced(model, { ...Model.slots(model), mode: "train" }, input("x", [2, 4]))
 * places.get(output) // => "1"
 * places.get(output.inputs[0]!) // => "0"
 * ```
 */
export const applyPlaced = <In, Out>(model: Model<In, Out>, bindings: Bindings, input: In): Placed<Out> => {
  const places = new Map<AnyExpr, string>()
  const given = new Set(topological([...expressionsIn(bindings), ...expressionsIn(input)]))
  const applied = applyObserved(model, bindings, input, (path, _, received) => {
    const operands = new Set(expressionsIn(received))
    const inside = (exprs: ReadonlyArray<AnyExpr>): ReadonlyArray<AnyExpr> =>
      exprs.filter((expr) => !given.has(expr) && !operands.has(expr))
    return (output) => {
      // What a call within has composed is placed already; what that was given may be this call's own.
      for (const expr of topological(inside(expressionsIn(output)), ({ inputs }) => inside(inputs))) {
        if (!places.has(expr)) places.set(expr, path)
      }
    }
  })
  return { ...applied, places }
}
