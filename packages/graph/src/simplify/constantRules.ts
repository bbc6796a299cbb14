import { DType, Shape } from "@residual/core"
import type { Node } from "../graph.ts"
import { constantValues } from "../nodeKey.ts"
import { fold, foldable } from "./fold.ts"
import { operand, type Rewriting, type Rule, rule, typeOf } from "./rule.ts"

/** Results of more elements than this are left to be computed, unless they are filled with one number. */
const largest = 64

/** What only moves the elements of something filled, which leaves it filled. */
const refilled = (node: Node, graph: Rewriting): number | undefined => {
  const filled = graph.filledWith(operand(node, 0))
  if (filled === undefined) return undefined
  const others = node.inputs.every((id) => Object.is(graph.filledWith(id), filled))
  const padding = node.op !== "pad" || (DType.isFloat(typeOf(node).dtype) && Object.is(node.attrs["value"], filled))
  return others && padding ? filled : undefined
}

/** What is known before the program runs is computed before it runs. */
export const constantRules: ReadonlyArray<Rule> = [
  rule("a constant of equal elements is filled", "constant", (node, graph) => {
    const [first, ...others] = constantValues(node) as ReadonlyArray<number>
    if (first === undefined || others.length === 0 || !others.every((value) => Object.is(value, first)))
      return undefined
    return graph.fill(first, typeOf(node))
  }),
  rule("a reshaped constant is a constant", "reshape", (node, graph) => {
    const below = graph.node(operand(node, 0))
    return below.op === "constant"
      ? graph.apply("constant", [], { ...below.attrs, shape: typeOf(node).shape })
      : undefined
  }),
  rule("movement leaves what is filled filled", ["transpose", "broadcast", "slice", "pad", "concat"], (node, graph) => {
    const value = refilled(node, graph)
    return value === undefined ? undefined : graph.fill(value, typeOf(node))
  }),
  rule("an op of constants whose exact result its type holds", foldable, (node, graph) => {
    const constants = node.inputs.map((id) => graph.node(id))
    if (!constants.every(({ op }) => op === "constant")) return undefined
    const operands = constants.map((constant) => constantValues(constant) as ReadonlyArray<number>)
    const length = operands.every(({ length }) => length === 1) ? 1 : Shape.size(typeOf(node).shape)
    if (length > largest || length === 0) return undefined
    const values = fold(
      node,
      constants.map((constant) => typeOf(constant).dtype),
      operands,
      length
    )
    return values === undefined ? undefined : graph.apply("constant", [], { ...typeOf(node), values })
  })
]
