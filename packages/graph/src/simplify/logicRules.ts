import type { TensorType } from "@residual/core"
import type { Id, Node } from "../graph.ts"
import { operand, type Rewriting, type Rule, rule, typeOf } from "./rule.ts"

/** All bits of a type, and none. */
const ones = ({ dtype }: TensorType.TensorType): number => (dtype === "bool" ? 1 : dtype === "u32" ? 2 ** 32 - 1 : -1)

/** The operand beside one that is filled with a number. */
const besides = (node: Node, graph: Rewriting, value: number): Id | undefined => {
  const [a, b] = [operand(node, 0), operand(node, 1)]
  return graph.filledWith(b) === value ? a : graph.filledWith(a) === value ? b : undefined
}

const same = (node: Node): Id | undefined => (operand(node, 0) === operand(node, 1) ? operand(node, 0) : undefined)

/** What a bool is the negation of. */
const negated = (id: Id, graph: Rewriting): Id | undefined => {
  const node = graph.node(id)
  return node.op === "xor" && typeOf(node).dtype === "bool" ? besides(node, graph, 1) : undefined
}

/** Identities of bits, comparisons and choices. */
export const logicRules: ReadonlyArray<Rule> = [
  rule("x ∧ ones = x", "and", (node, graph) => besides(node, graph, ones(typeOf(node)))),
  rule("x ∧ 0 = 0", "and", (node, graph) =>
    besides(node, graph, 0) === undefined ? undefined : graph.fill(0, typeOf(node))
  ),
  rule("x ∨ 0 = x", "or", (node, graph) => besides(node, graph, 0)),
  rule("x ∨ ones = ones", "or", (node, graph) =>
    besides(node, graph, ones(typeOf(node))) === undefined ? undefined : graph.fill(ones(typeOf(node)), typeOf(node))
  ),
  rule("x ∧ x = x, x ∨ x = x", ["and", "or"], same),
  rule("x ⊕ 0 = x", "xor", (node, graph) => besides(node, graph, 0)),
  rule("x ⊕ x = 0", "xor", (node, graph) => (same(node) === undefined ? undefined : graph.fill(0, typeOf(node)))),
  rule("¬¬x = x", "xor", (node, graph) => {
    const x = typeOf(node).dtype === "bool" ? besides(node, graph, 1) : undefined
    return x === undefined ? undefined : negated(x, graph)
  }),
  rule("a shift by 0", ["shiftLeft", "shiftRight"], (node, graph) =>
    graph.filledWith(operand(node, 1)) === 0 ? operand(node, 0) : undefined
  ),
  rule("x < x is false", "less", (node, graph) => (same(node) === undefined ? undefined : graph.fill(0, typeOf(node)))),
  rule("n = n is true, but for floats", "equal", (node, graph) => {
    const x = same(node)
    const isFloat = x !== undefined && ["f32", "f64"].includes(graph.type(x).dtype)
    return x === undefined || isFloat ? undefined : graph.fill(1, typeOf(node))
  }),
  rule("a choice with a known condition", "where", (node, graph) => {
    const condition = graph.filledWith(operand(node, 0))
    return condition === undefined ? undefined : operand(node, condition === 1 ? 1 : 2)
  }),
  rule("a choice between the same", "where", (node) =>
    operand(node, 1) === operand(node, 2) ? operand(node, 1) : undefined
  ),
  rule("a choice by ¬c", "where", (node, graph) => {
    const condition = negated(operand(node, 0), graph)
    if (condition === undefined) return undefined
    return graph.apply("where", [condition, operand(node, 2), operand(node, 1)], {})
  })
]
