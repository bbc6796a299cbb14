import type { Graph } from "./graph.ts"
import { hasher } from "./hash.ts"
import { nodeKey } from "./nodeKey.ts"

/**
 * The structural hash of a graph, sixteen hexadecimal digits: equal graphs have equal hashes, on every machine. It is what
 * caches of compiled programs look up.
 *
 * ```ts
 * import { structuralHash } from "@residual/graph"
 * structuralHash({ nodes: [], outputs: [], updates: [] }).length // => 16
 * ```
 */
export const structuralHash = ({ nodes, outputs, updates }: Graph): string => {
  const hash = hasher()
  for (const node of nodes) hash.text(nodeKey(node))
  for (const entries of [outputs, updates]) {
    for (const { name, id } of entries) hash.text(`${name}=${id}`)
    hash.text("")
  }
  return hash.digest()
}
