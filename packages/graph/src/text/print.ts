import type { Graph, Named, Node } from "../graph.ts"
import { attributesText, nameText, typesText } from "./nodeText.ts"

/**
 * A graph as text, a line for each node, its outputs and its updates at the end; the body of a claimed composite stands
 * indented below it. `parse` reads it back.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { lower, print } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const graph = lower({ outputs: { y: op.add(input("x", [2]), 0.5) } }, new Set())
 * Either.map(print)(graph) // => Either.right([
 * //   '%0: f32[2] = input() {binding: "run", name: "x"}',
 * //   "%1: f32[2] = constant() {values: [0.5]}",
 * //   "%2: f32[2] = add(%0, %1)",
 * //   "outputs: y = %2",
 * //   ""
 * // ].join("\n"))
 * ```
 */
export const print = (graph: Graph): string => `${graphLines(graph, "").join("\n")}\n`

/** The lines of a graph, each after an indent. */
export const graphLines = ({ nodes, outputs, updates }: Graph, indent: string): ReadonlyArray<string> => [
  ...nodes.flatMap((node, id) => nodeLines(node, id, indent)),
  `${indent}outputs:${namedText(outputs)}`,
  ...(updates.length === 0 ? [] : [`${indent}updates:${namedText(updates)}`])
]

const nodeLines = (node: Node, id: number, indent: string): ReadonlyArray<string> => {
  const inputs = node.inputs.map((input) => `%${input}`).join(", ")
  const line = `${indent}%${id}: ${typesText(node)} = ${nameText(node.op)}(${inputs})${attributesText(node)}`
  return node.body === undefined ? [line] : [`${line} where`, ...graphLines(node.body, `${indent}  `)]
}

const namedText = (entries: ReadonlyArray<Named>): string =>
  entries.map(({ name, id }, at) => `${at === 0 ? " " : ", "}${nameText(name)} = %${id}`).join("")
