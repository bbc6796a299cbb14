import { isPrimitiveName, primitives, Shape, type TensorType } from "@residual/core"
import type { Id, Node } from "../graph.ts"
import { operand, type Rewriting, type Rule, rule, typeOf } from "./rule.ts"

type Counts = ReadonlyArray<number>

/** The operand of a node where it has the node's own type, so that a movement has moved nothing. */
const unmoved = (node: Node, graph: Rewriting): Id | undefined =>
  Shape.equals(graph.type(operand(node, 0)).shape, typeOf(node).shape) ? operand(node, 0) : undefined

/** The node that a node reads, where it has the same op. */
const sameBelow = (node: Node, graph: Rewriting): Node | undefined => {
  const below = graph.node(operand(node, 0))
  return below.op === node.op ? below : undefined
}

const counts = (node: Node, name: string): Counts => node.attrs[name] as Counts

/** Whether a permutation leaves the axes longer than 1 in their order. */
const keepsOrder = (permutation: Counts, { shape }: TensorType.TensorType): boolean => {
  const long = permutation.filter((axis) => shape[axis] !== 1)
  return long.every((axis, at) => at === 0 || axis > (long[at - 1] as number))
}

const elementwiseOps = Object.keys(primitives)
  .filter(isPrimitiveName)
  .filter((name) => primitives[name].elementwise && name !== "barrier" && name !== "stopGradient")

/** Identities of views and copies. */
export const movementRules: ReadonlyArray<Rule> = [
  rule("a reshape to the own shape", "reshape", unmoved),
  rule("a reshape of a reshape", "reshape", (node, graph) => {
    const below = sameBelow(node, graph)
    return below === undefined ? undefined : graph.apply("reshape", [operand(below, 0)], node.attrs)
  }),
  rule("a transposition that keeps the order of axes longer than 1 is a reshape", "transpose", (node, graph) => {
    const x = operand(node, 0)
    if (!keepsOrder(counts(node, "permutation"), graph.type(x))) return undefined
    return graph.apply("reshape", [x], { shape: typeOf(node).shape })
  }),
  rule("a transposition of a transposition", "transpose", (node, graph) => {
    const below = sameBelow(node, graph)
    if (below === undefined) return undefined
    const permutation = counts(node, "permutation").map((axis) => counts(below, "permutation")[axis])
    return graph.apply("transpose", [operand(below, 0)], { permutation })
  }),
  rule("a broadcast to the own shape", "broadcast", unmoved),
  rule("a broadcast of a broadcast", "broadcast", (node, graph) => {
    const below = sameBelow(node, graph)
    return below === undefined ? undefined : graph.apply("broadcast", [operand(below, 0)], node.attrs)
  }),
  rule("an elementwise op of broadcasts is a broadcast of the op", elementwiseOps, (node, graph) =>
    beforeBroadcast(node, graph)
  ),
  rule("a slice of everything", "slice", (node, graph) =>
    counts(node, "steps").every((step, axis) => step > 0 || typeOf(node).shape[axis] === 1)
      ? unmoved(node, graph)
      : undefined
  ),
  rule("a slice of a slice", "slice", (node, graph) => {
    const below = sameBelow(node, graph)
    if (below === undefined || typeOf(node).shape.includes(0)) return undefined
    const steps = counts(node, "steps").map((step, axis) => step * (counts(below, "steps")[axis] as number))
    const starts = counts(node, "starts").map(
      (start, axis) => (counts(below, "starts")[axis] as number) + start * (counts(below, "steps")[axis] as number)
    )
    return graph.apply("slice", [operand(below, 0)], { starts, sizes: counts(node, "sizes"), steps })
  }),
  rule("a slice within what was padded", "slice", (node, graph) => {
    const pad = graph.node(operand(node, 0))
    if (pad.op !== "pad" || typeOf(node).shape.includes(0)) return undefined
    const x = operand(pad, 0)
    const starts = counts(node, "starts").map((start, axis) => start - (counts(pad, "before")[axis] as number))
    const within = graph.type(x).shape.every((length, axis) => {
      const [start, size, step] = [starts[axis], counts(node, "sizes")[axis], counts(node, "steps")[axis]]
      const last = (start as number) + ((size as number) - 1) * (step as number)
      return (
        counts(pad, "interior")[axis] === 0 &&
        Math.min(start as number, last) >= 0 &&
        Math.max(start as number, last) < length
      )
    })
    return within ? graph.apply("slice", [x], { ...node.attrs, starts }) : undefined
  }),
  rule("a slice of one operand of a concatenation", "slice", (node, graph) => {
    const concat = graph.node(operand(node, 0))
    if (concat.op !== "concat" || typeOf(node).shape.includes(0)) return undefined
    const axis = concat.attrs["axis"] as number
    const starts = counts(node, "starts")
    const last =
      (starts[axis] as number) + ((typeOf(node).shape[axis] as number) - 1) * (counts(node, "steps")[axis] as number)
    const [low, high] = [Math.min(starts[axis] as number, last), Math.max(starts[axis] as number, last)]
    let before = 0
    for (const x of concat.inputs) {
      const length = graph.type(x).shape[axis] as number
      if (low >= before && high < before + length) {
        const from = starts.map((start, at) => (at === axis ? start - before : start))
        return graph.apply("slice", [x], { ...node.attrs, starts: from })
      }
      before += length
    }
    return undefined
  }),
  rule("a pad that adds nothing", "pad", unmoved),
  rule("a concatenation of one", "concat", (node) => (node.inputs.length === 1 ? operand(node, 0) : undefined)),
  rule("the greatest of one element", "max", unmoved)
]

const beforeBroadcast = (node: Node, graph: Rewriting): Id | undefined => {
  const source = node.inputs.map((id) => graph.node(id)).find(({ op }) => op === "broadcast")
  if (source === undefined) return undefined
  const { shape } = graph.type(operand(source, 0))
  const small = (id: Id): Id | undefined => {
    const below = graph.node(id)
    const value = graph.filledWith(id)
    if (value !== undefined) return graph.fill(value, { dtype: typeOf(below).dtype, shape })
    return below.op === "broadcast" && Shape.equals(graph.type(operand(below, 0)).shape, shape)
      ? operand(below, 0)
      : undefined
  }
  const inputs = node.inputs.map(small)
  if (!inputs.every((id) => id !== undefined)) return undefined
  const op = node.op
  return isPrimitiveName(op)
    ? graph.apply("broadcast", [graph.apply(op, inputs, node.attrs)], { shape: typeOf(node).shape })
    : undefined
}
