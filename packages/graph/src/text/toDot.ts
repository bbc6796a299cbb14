import type { Graph, Node } from "../graph.ts"
import { attributesText, typesText } from "./nodeText.ts"

/**
 * A graph as a drawing for Graphviz: a box for each node, an arrow for each use, and what outputs and updates are called
 * at the end of theirs. A claimed composite is one box.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { lower, toDot } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const graph = lower({ outputs: { y: op.exp(input("x", [2])) } }, new Set())
 * Either.isRight(graph) && toDot(graph.right).includes("n0 -> n1") // => true
 * ```
 */
export const toDot = ({ nodes, outputs, updates }: Graph): string => {
  const lines = [
    "digraph {",
    "  node [shape=box]",
    ...nodes.map((node, id) => `  n${id} [label=${JSON.stringify(nodeLabel(node).join("\n"))}]`),
    ...nodes.flatMap(({ inputs }, id) => inputs.map((input) => `  n${input} -> n${id}`)),
    ...outputs.flatMap(({ name, id }, at) => [
      `  o${at} [label=${JSON.stringify(name)}, shape=ellipse]`,
      `  n${id} -> o${at}`
    ]),
    ...updates.flatMap(({ name, id }, at) => [
      `  u${at} [label=${JSON.stringify(name)}, shape=cylinder]`,
      `  n${id} -> u${at}`
    ]),
    "}"
  ]
  return `${lines.join("\n")}\n`
}

/** The longest attributes that a box shows. */
const longest = 60

/** What a box says of a node: its op, its type, and its attributes where they are short. */
export const nodeLabel = (node: Node): ReadonlyArray<string> => {
  const attrs = attributesText(node).trim()
  return [node.op, typesText(node), ...(attrs === "" || attrs.length > longest ? [] : [attrs])]
}
