import { DType } from "@residual/core"
import type { Id, Node } from "../graph.ts"
import { operand, type Rewriting, type Rule, rule, typeOf } from "./rule.ts"

/** The other operand of a node, one of whose two operands is filled with a number that passes a test. */
const besides = (node: Node, graph: Rewriting, test: (value: number) => boolean): Id | undefined => {
  const [a, b] = [operand(node, 0), operand(node, 1)]
  const [left, right] = [graph.filledWith(a), graph.filledWith(b)]
  return right !== undefined && test(right) ? a : left !== undefined && test(left) ? b : undefined
}

/** The operand of an operand that is itself `op`. */
const under = (id: Id, op: string, graph: Rewriting): Id | undefined =>
  graph.node(id).op === op ? operand(graph.node(id), 0) : undefined

const isFloat = (node: Node): boolean => DType.isFloat(typeOf(node).dtype)

/** Whether dividing by a number is multiplying by its reciprocal, to the bit: a power of two, far from the range's ends. */
const isPowerOfTwo = (value: number): boolean => {
  const size = Math.abs(value)
  // The logarithm of a neighbour of a power may round to a whole number, too.
  return size > 2 ** -120 && size < 2 ** 120 && 2 ** Math.round(Math.log2(size)) === size
}

/**
 * Identities of arithmetic. Adding +0 is not among them, which makes +0 of -0, nor is multiplying a float by 0, which
 * loses NaN and the sign.
 */
export const arithmeticRules: ReadonlyArray<Rule> = [
  rule("x + (-0) = x", "add", (node, graph) =>
    isFloat(node) ? besides(node, graph, (value) => Object.is(value, -0)) : undefined
  ),
  rule("n + 0 = n, for integers", "add", (node, graph) =>
    isFloat(node) ? undefined : besides(node, graph, (value) => value === 0)
  ),
  rule("x · 1 = x", "mul", (node, graph) => besides(node, graph, (value) => value === 1)),
  rule("x · (-1) = -x", "mul", (node, graph) => {
    const x = besides(node, graph, (value) => value === -1)
    return x === undefined ? undefined : graph.apply("neg", [x], {})
  }),
  rule("n · 0 = 0, for integers", "mul", (node, graph) =>
    !isFloat(node) && besides(node, graph, (value) => value === 0) !== undefined
      ? graph.fill(0, typeOf(node))
      : undefined
  ),
  rule("(-x) · (-y) = x · y", "mul", (node, graph) => {
    const [x, y] = [under(operand(node, 0), "neg", graph), under(operand(node, 1), "neg", graph)]
    return x === undefined || y === undefined ? undefined : graph.apply("mul", [x, y], {})
  }),
  rule("x / 1 = x", "div", (node, graph) => (graph.filledWith(operand(node, 1)) === 1 ? operand(node, 0) : undefined)),
  rule("x / 2ⁿ = x · 2⁻ⁿ", "div", (node, graph) => {
    const divisor = graph.filledWith(operand(node, 1))
    if (!isFloat(node) || divisor === undefined || !isPowerOfTwo(divisor)) return undefined
    return graph.apply("mul", [operand(node, 0), graph.fill(1 / divisor, typeOf(node))], {})
  }),
  rule("-(-x) = x", "neg", (node, graph) => under(operand(node, 0), "neg", graph)),
  rule("x¹ = x", "pow", (node, graph) => (graph.filledWith(operand(node, 1)) === 1 ? operand(node, 0) : undefined)),
  rule("x⁰ = 1", "pow", (node, graph) =>
    graph.filledWith(operand(node, 1)) === 0 ? graph.fill(1, typeOf(node)) : undefined
  ),
  rule("max(x, x) = x", "maximum", (node) => (operand(node, 0) === operand(node, 1) ? operand(node, 0) : undefined)),
  rule("whole numbers stay whole", ["floor", "round"], (node, graph) =>
    ["floor", "round"].includes(graph.node(operand(node, 0)).op) ? operand(node, 0) : undefined
  ),
  rule("a cast to the own type", "cast", (node, graph) =>
    graph.type(operand(node, 0)).dtype === typeOf(node).dtype ? operand(node, 0) : undefined
  ),
  rule("a cast there and back, through a type that holds every value", "cast", (node, graph) => {
    const x = under(operand(node, 0), "cast", graph)
    if (x === undefined || graph.type(x).dtype !== typeOf(node).dtype) return undefined
    return holdsAll(typeOf(node).dtype, graph.type(operand(node, 0)).dtype) ? x : undefined
  })
]

/** Whether each value of a type has a value of its own in another, from which the cast back brings it. */
const holdsAll = (from: DType.DType, to: DType.DType): boolean => {
  if (from === "bool") return true
  if (from === "f32") return to === "f64"
  if (DType.isInteger(from)) return to === "f64" || DType.isInteger(to)
  return false
}
