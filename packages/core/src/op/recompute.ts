import { composite } from "../composite.ts"
import { type AnyExpr, topological } from "../expr.ts"
import { substitute } from "../substitute.ts"
import * as Tree from "../tree.ts"

const isExpr = (leaf: unknown): leaf is AnyExpr =>
  typeof leaf === "object" && leaf !== null && "op" in leaf && "types" in leaf

/** The expressions in a tree, whatever else is in it. */
export const expressionsIn = (tree: unknown): ReadonlyArray<AnyExpr> =>
  Tree.leaves(tree as Tree.Tree<unknown>).filter(isExpr)

/** The tree with other expressions for some of its own. */
export const replaceIn = <T>(tree: T, others: ReadonlyMap<AnyExpr, AnyExpr>): T =>
  Tree.map(tree as Tree.Tree<unknown>, (leaf) => others.get(leaf as AnyExpr) ?? leaf) as T

/**
 * What takes the place of values so that they are computed again: the outputs of one op, whose operands are those of the
 * expressions `reads` that the values are made of.
 */
export const recomputed = (
  reads: ReadonlyArray<AnyExpr>,
  values: ReadonlyArray<AnyExpr>
): ReadonlyMap<AnyExpr, AnyExpr> => {
  if (values.length === 0) return new Map()
  const ends = new Set(reads.filter(({ op }) => op.name !== "constant"))
  const operands = topological(values, (expr) => (ends.has(expr) ? [] : expr.inputs)).filter((expr) => ends.has(expr))
  const again = composite("recompute", {
    body: (inputs) => substitute(values, new Map(operands.map((operand, at) => [operand, inputs[at] as AnyExpr]))),
    backward: "recomputed",
    rule: "the pullback of its body, computed again"
  })
  const outputs = again.all(operands, {})
  return new Map(values.map((value, at) => [value, outputs[at] as AnyExpr]))
}

/**
 * A function whose values are computed again when residuals come back to it: the program keeps what it reads instead of
 * everything that its backward needs, for the price of another forward pass. Results, gradients and random draws are those
 * of the function itself. It takes and gives expressions, or trees of them, and reads nothing else: applying it throws a
 * `ShapeError` where it does, since what it reads otherwise would receive no residual.
 *
 * T. Chen et al., "Training deep nets with sublinear memory cost" (2016): gradient checkpointing, or rematerialisation.
 *
 * ```ts
 * import { type AnyExpr, input, op } from "@residual/core"
 * import { grad } from "@residual/graph"
 * const [x, w] = [input("x", [8, 4]), input("w", [4, 4])]
 * const layer = op.recompute(({ x, w }: { x: AnyExpr, w: AnyExpr }) => op.tanh(op.matmul(op.tanh(op.matmul(x, w)), w)))
 * grad(op.sum(layer({ x, w })), w).type.shape // => [4, 4]
 * ```
 */
export const recompute =
  <In, Out>(f: (input: In) => Out): ((input: In) => Out) =>
  (input) => {
    const output = f(input)
    return replaceIn(output, recomputed(expressionsIn(input), expressionsIn(output)))
  }
