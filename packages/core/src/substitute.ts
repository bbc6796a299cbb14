import { type AnyExpr, apply, applyComposite, topological } from "./expr.ts"

/**
 * Expressions in which others stand for some of the values that they are made of. What reads none of these is the same
 * expression as before. Throws a `ShapeError` where an op refuses what it is given instead.
 *
 * ```ts
 * import { input, op, substitute } from "@residual/core"
 * const [x, y] = [input("x", [2]), input("y", [2])]
 * substitute([op.exp(op.neg(x))], new Map([[x, y]]))[0]?.inputs[0]?.inputs[0] === y // => true
 * ```
 */
export const substitute = (
  exprs: ReadonlyArray<AnyExpr>,
  given: ReadonlyMap<AnyExpr, AnyExpr>
): ReadonlyArray<AnyExpr> => {
  const placed = new Map(given)
  for (const expr of topological(exprs, (expr) => (given.has(expr) ? [] : expr.inputs))) {
    if (placed.has(expr)) continue
    const inputs = expr.inputs.map((input) => placed.get(input) as AnyExpr)
    placed.set(expr, inputs.every((input, at) => input === expr.inputs[at]) ? expr : applied(expr, inputs))
  }
  return exprs.map((expr) => placed.get(expr) as AnyExpr)
}

const applied = ({ op, attrs }: AnyExpr, inputs: ReadonlyArray<AnyExpr>): AnyExpr =>
  op.kind === "composite" ? applyComposite(op, inputs, attrs) : apply(op, inputs, attrs)
