import { type Context, type Member, type Model, make } from "./model.ts"
import { ModelError } from "./modelError.ts"

/**
 * A model around another one, whose parameters, states and models it has among its own: paths have no segment for it.
 * The function is given the inner model to call, and the rest as in `make`. Throws a `ModelError` for a name that both
 * trees have.
 *
 * ```ts
 * import { type AnyExpr, Model, op } from "@residual/core"
 * const gated = Model.around(Model.linear({ in: 4, out: 4 }), { gate: Model.parameter([4]) },
 *   (inner, { gate }, x: AnyExpr) => op.mul(inner(x), op.sigmoid(gate)))
 * Object.keys(Model.parameters(gated)) // => ["weight", "bias", "gate"]
 * ```
 */
export const around = <Bound extends Readonly<Record<string, unknown>>, InnerIn, InnerOut, In, Out>(
  inner: Model<InnerIn, InnerOut>,
  tree: { readonly [Name in keyof Bound]: Member<Bound[Name]> },
  body: (inner: (input: InnerIn) => InnerOut, self: Bound, input: In, context: Context) => Out
): Model<In, Out> => {
  const twice = Object.keys(tree).find((name) => Object.hasOwn(inner.tree, name))
  if (twice !== undefined) throw new ModelError(twice, "a name that the inner model does not have")
  const merged: Readonly<Record<string, Member<unknown>>> = { ...inner.tree, ...tree }
  return make(merged, (self, input: In, context) =>
    body((x) => inner.body(self, x, context), self as Bound, input, context)
  )
}
