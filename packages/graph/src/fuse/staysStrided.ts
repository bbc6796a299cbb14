import type { Id, Node } from "../graph.ts"
import { type Layout, rowMajor, viewLayout } from "../region/layout.ts"
import { shapeOf } from "../region/opKind.ts"
import type { Analysis } from "./analysis.ts"
import type { Draft } from "./draft.ts"

/**
 * Whether a product that a region asks for behind transpositions can be written straight to its place: whether the
 * views between the two are, together, steps of constant size along each of the product's axes.
 */
export const staysStrided = ({ nodes, users, kinds }: Analysis, id: Id, draft: Draft): boolean => {
  let layout: Layout | undefined = rowMajor(shapeOf(nodes[id] as Node))
  for (let at: Id | undefined = id; at !== undefined && layout !== undefined; ) {
    const next: Id | undefined = users[at]?.find((user) => draft.nodes.has(user))
    if (next !== undefined && kinds[next] === "view") layout = viewLayout(layout, nodes[next] as Node)
    at = next
  }
  return layout !== undefined
}
