import { type AnyExpr, apply, applyComposite, topological } from "@residual/core"

/** Which composites to show by what they are made of: those of the given names, or all. */
export type Expand = "all" | ReadonlyArray<string>

/**
 * Expressions with some composites replaced by their bodies, at every depth. What is shared stays shared.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { expand } from "@residual/graph"
 * expand([op.square(input("x", [2]))], "all")[0]?.op.name // => "mul"
 * ```
 */
export const expand = (exprs: ReadonlyArray<AnyExpr>, which: Expand): ReadonlyArray<AnyExpr> =>
  which !== "all" && which.length === 0 ? exprs : expandFrom(new Map(), exprs, which)

/** Expands down to the expressions that are in `expanded` already. */
const expandFrom = (
  expanded: Map<AnyExpr, ReadonlyArray<AnyExpr>>,
  exprs: ReadonlyArray<AnyExpr>,
  which: Expand
): ReadonlyArray<AnyExpr> => {
  const single = (expr: AnyExpr): AnyExpr => expanded.get(expr)?.[0] as AnyExpr
  const visit = (expr: AnyExpr): ReadonlyArray<AnyExpr> => {
    const { op } = expr
    const inputs = expr.inputs.map((input) => expanded.get(input)?.[0] as AnyExpr)
    if (op.kind === "composite") {
      if (which !== "all" && !which.includes(op.name)) return [applyComposite(op, inputs, expr.attrs)]
      const body = op.define(inputs, expr.attrs)
      return expandFrom(new Map(inputs.map((input) => [input, [input]])), body, which)
    }
    if (op.name === "project") {
      const outputs = expanded.get(expr.inputs[0] as AnyExpr) as ReadonlyArray<AnyExpr>
      if (outputs.length > 1) return [outputs[(expr.attrs as { readonly output: number }).output] as AnyExpr]
    }
    return inputs.length === 0 ? [expr] : [apply(op, inputs, expr.attrs)]
  }
  for (const expr of topological(exprs, (expr) => (expanded.has(expr) ? [] : expr.inputs))) {
    if (!expanded.has(expr)) expanded.set(expr, visit(expr))
  }
  return exprs.map(single)
}
