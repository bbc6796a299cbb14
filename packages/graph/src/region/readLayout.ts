import type { Graph, Id, Node } from "../graph.ts"
import type { Region } from "../program.ts"
import { type Layout, rowMajor, viewLayout } from "./layout.ts"
import { shapeOf } from "./opKind.ts"

/**
 * Where a region finds an operand: the value in memory under its views, and how its elements lie there.
 *
 * ```ts
 * import type { ReadLayout } from "@residual/graph"
 * const whole: ReadLayout = { read: 0, layout: { offset: 0, axes: [[{ size: 4, stride: 1 }]] } }
 * whole.read // => 0
 * ```
 */
export interface ReadLayout {
  readonly read: Id
  readonly layout: Layout
}

/**
 * Finds the value in memory that a node of a region is a view of, and its layout there; `undefined` where the node is
 * computed, or moved in a way that strides do not express. It is always there for the operands of a product and of a
 * claimed composite, for what is looked up (`gather`, `dynamicSlice`), for the key of random bits and for the update of
 * `dynamicUpdateSlice`.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { compile, readLayout } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const y = op.matmul(op.transpose(input("a", [3, 2])), input("b", [3, 4]))
 * const program = compile({ outputs: { y } }, { claims: new Set() })
 * const { graph, regions } = Either.isRight(program) ? program.right : { graph: { nodes: [], outputs: [], updates: [] }, regions: [] }
 * const transposed = graph.nodes.findIndex((node) => node.op === "transpose")
 * readLayout(graph, regions[0]!, transposed)?.layout.axes // => [[{ size: 2, stride: 1 }], [{ size: 3, stride: 2 }]]
 * ```
 */
export const readLayout = ({ nodes }: Graph, region: Region, id: Id): ReadLayout | undefined => {
  const reads = new Set(region.reads)
  const views: Array<Node> = []
  let read = id
  while (!reads.has(read)) {
    const node = nodes[read]
    const [below] = node?.inputs ?? []
    if (node === undefined || below === undefined) return undefined
    views.push(node)
    read = below
  }
  let layout: Layout | undefined = rowMajor(shapeOf(nodes[read] as Node))
  for (const view of views.reverse()) layout = layout && viewLayout(layout, view)
  return layout && { read, layout }
}
