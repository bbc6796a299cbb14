import { type PrimitiveName, primitives, type TensorType } from "@residual/core"
import type { Graph, Id, Node } from "../graph.ts"
import { interner } from "../intern.ts"
import { constantValues } from "../nodeKey.ts"
import { arithmeticRules } from "./arithmeticRules.ts"
import { constantRules } from "./constantRules.ts"
import { logicRules } from "./logicRules.ts"
import { movementRules } from "./movementRules.ts"
import { type Rewriting, type Rule, typeOf } from "./rule.ts"

/**
 * Every identity that `simplify` applies, in the order in which it tries them.
 *
 * ```ts
 * import { simplificationRules } from "@residual/graph"
 * simplificationRules.some(({ name }) => name === "x · 1 = x") // => true
 * ```
 */
export const simplificationRules: ReadonlyArray<Rule> = [
  ...constantRules,
  ...arithmeticRules,
  ...logicRules,
  ...movementRules
]

/**
 * The same computation in fewer nodes: equal nodes become one, constants are folded, and identities that hold to the
 * bit are applied. One walk over the nodes, each of which is rewritten until no rule applies.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { lower, simplify } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const x = input("x", [2])
 * const graph = Either.map(simplify)(lower({ outputs: { y: op.add(op.mul(x, 1), op.neg(op.neg(x))) } }, new Set()))
 * Either.isRight(graph) && graph.right.nodes.at(-1) // => { op: "add", inputs: [0, 0], attrs: {}, types: [{ dtype: "f32", shape: [2] }] }
 * ```
 */
export const simplify = (graph: Graph): Graph => {
  const { nodes, intern } = interner()
  const place = (node: Node): Id => {
    for (const { rewrite } of rulesOf.get(node.op) ?? []) {
      const equal = rewrite(node, rewriting)
      if (equal !== undefined) return equal
    }
    return intern(node)
  }
  const apply = (op: PrimitiveName, inputs: ReadonlyArray<Id>, attrs: Node["attrs"]): Id => {
    // The attributes are those of this op: a rule that gave others would not pass the verifier.
    const types = primitives[op].infer(
      inputs.map((id) => typeOf(nodes[id] as Node)),
      attrs as never
    )
    return place({ op, inputs, attrs, types })
  }
  const rewriting: Rewriting = {
    node: (id) => nodes[id] as Node,
    type: (id) => typeOf(nodes[id] as Node),
    filledWith: (id) => {
      const values = constantValues(nodes[id] as Node)
      return values?.length === 1 ? values[0] : undefined
    },
    apply,
    fill: (value, { dtype, shape }: TensorType.TensorType) => apply("constant", [], { dtype, shape, values: [value] })
  }
  const placed: Array<Id> = []
  for (const node of graph.nodes) {
    placed.push(place({ ...node, inputs: node.inputs.map((id) => placed[id] as Id) }))
  }
  const renamed = (entries: Graph["outputs"]): Graph["outputs"] =>
    entries.map(({ name, id }) => ({ name, id: placed[id] as Id }))
  return { nodes, outputs: renamed(graph.outputs), updates: renamed(graph.updates) }
}

const rulesOf: ReadonlyMap<string, ReadonlyArray<Rule>> = new Map(
  Object.keys(primitives).map((op) => [op, simplificationRules.filter(({ ops }) => ops.some((name) => name === op))])
)
