import type { Graph } from "../graph.ts"
import { nodeLabel } from "./toDot.ts"

/**
 * A graph as a Mermaid flowchart, which Markdown pages show: a box for each node, an arrow for each use, and what outputs
 * and updates are called at the end of theirs. A claimed composite is one box.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { lower, toMermaid } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const graph = lower({ outputs: { y: op.exp(input("x", [2])) } }, new Set())
 * Either.isRight(graph) && toMermaid(graph.right).includes("n0 --> n1") // => true
 * ```
 */
export const toMermaid = ({ nodes, outputs, updates }: Graph): string => {
  const lines = [
    "flowchart TD",
    ...nodes.map((node, id) => `  n${id}["${nodeLabel(node).map(escaped).join("<br/>")}"]`),
    ...nodes.flatMap(({ inputs }, id) => inputs.map((input) => `  n${input} --> n${id}`)),
    ...outputs.flatMap(({ name, id }, at) => [`  o${at}(["${escaped(name)}"])`, `  n${id} --> o${at}`]),
    ...updates.flatMap(({ name, id }, at) => [`  u${at}[("${escaped(name)}")]`, `  n${id} --> u${at}`])
  ]
  return `${lines.join("\n")}\n`
}

/** Text inside quotes: Mermaid reads characters by their number. */
const escaped = (text: string): string => text.replace(/["#<>&\\]/g, (character) => `#${character.charCodeAt(0)};`)
