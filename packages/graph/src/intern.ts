import type { Id, Node } from "./graph.ts"
import { constantValues, nodeKey } from "./nodeKey.ts"

/** Builds a graph in which equal nodes are one node. */
export interface Interner {
  readonly nodes: Array<Node>
  /** The place of a node, or that of the one it is equal to. */
  readonly intern: (node: Node) => Id
}

/** Ops whose operands may change places without a bit of the result changing (but for a NaN's payload). */
const commutative: ReadonlySet<string> = new Set(["add", "mul", "maximum", "equal", "and", "or", "xor"])

/**
 * Starts a graph. Equal nodes share, `a + b` and `b + a` among them; only a `barrier` is never merged, being what keeps
 * a recomputation apart from what it recomputes.
 */
export const interner = (): Interner => {
  const nodes: Array<Node> = []
  const known = new Map<string, Id>()
  const append = (node: Node): Id => {
    nodes.push(node)
    return nodes.length - 1
  }
  return {
    nodes,
    intern: (node) => {
      if (node.op === "barrier") return append(node)
      const key = nodeKey(inOrder(node))
      const same = known.get(key)
      if (same !== undefined && sameValues(node, nodes[same] as Node)) return same
      const id = append(node)
      known.set(key, id)
      return id
    }
  }
}

const inOrder = (node: Node): Node => {
  const [a, b] = node.inputs as readonly [Id, Id]
  return commutative.has(node.op) && a > b ? { ...node, inputs: [b, a] } : node
}

// Long constants are looked up by a hash, which could collide.
const sameValues = (node: Node, that: Node): boolean => {
  const [values, others] = [constantValues(node), constantValues(that)]
  if (values === undefined || others === undefined || values === others) return true
  return values.length === others.length && values.every((value, at) => Object.is(value, others[at]))
}
