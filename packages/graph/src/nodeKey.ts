import { TensorType } from "@residual/core"
import type { Graph, Named, Node } from "./graph.ts"
import { hasher } from "./hash.ts"
import { attributeText } from "./text/attributeText.ts"

/** Longer constants are known by the hash of their values, so that no key grows with the data. */
const longest = 16

/** The values of a constant; `undefined` for other nodes. */
export const constantValues = (node: Node): ReadonlyArray<number> | undefined =>
  node.op === "constant" ? (node.attrs["values"] as ReadonlyArray<number>) : undefined

/** A text that two nodes share where they compute the same from the same inputs (long constants: almost surely). */
export const nodeKey = (node: Node): string => {
  const { op, inputs, body, types } = node
  const values = constantValues(node)
  if (values !== undefined && values.length > longest) {
    const hash = hasher()
    hash.numbers(values)
    return `constant ${types.map(TensorType.print).join()} #${values.length} ${hash.digest()}`
  }
  const attrs = attrsText(node)
  return body === undefined ? `${op}(${inputs.join()})${attrs}` : `${op}(${inputs.join()})${attrs}${graphKey(body)}`
}

const attrsText = ({ attrs }: Node): string => {
  for (const _ in attrs) return attributeText(attrs)
  return ""
}

/** A text that two graphs share where they are the same, node by node. */
export const graphKey = ({ nodes, outputs, updates }: Graph): string => {
  const named = (entries: ReadonlyArray<Named>): string => entries.map(({ name, id }) => `${name}=${id}`).join()
  return `{${nodes.map(nodeKey).join(";")}|${named(outputs)}|${named(updates)}}`
}
