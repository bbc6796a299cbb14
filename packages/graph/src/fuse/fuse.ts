import type { Graph } from "../graph.ts"
import type { Region } from "../program.ts"
import { analyse } from "./analysis.ts"
import { grow } from "./grow.ts"
import { mergeSiblings } from "./mergeSiblings.ts"
import { mergeTensors } from "./mergeTensors.ts"
import { multiTensorRegion, regionOf } from "./regionOf.ts"
import { trafficOf } from "./traffic.ts"

/**
 * The regions that compute a graph, in the order in which they run: which nodes share a kernel, and which values pass
 * between kernels through memory. The graph stays as it is. Every step looks at each node and each operand a constant
 * number of times.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { fuse, lower } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const x = input("x", [4, 8])
 * const y = op.exp(op.add(op.dot(x, input("w", [8, 2])), 1))
 * const regions = Either.map(fuse)(lower({ outputs: { y } }, new Set()))
 * Either.isRight(regions) && regions.right.map(({ kind, nodes }) => [kind, nodes.length]) // => [["product", 4]]
 * ```
 */
export const fuse = (graph: Graph): ReadonlyArray<Region> => {
  const analysis = analyse(graph)
  const drawn = grow(analysis)
  const traffic = trafficOf(analysis, drawn)
  const { drafts, multiTensors } = mergeTensors(analysis, mergeSiblings(analysis, drawn, traffic), traffic)
  const merged = new Map(multiTensors.map((multiTensor) => [multiTensor.draft, multiTensor]))
  return [...drafts]
    .sort((a, b) => a.time - b.time)
    .map((draft) => {
      const multiTensor = merged.get(draft)
      return multiTensor === undefined
        ? regionOf(analysis, draft, traffic)
        : multiTensorRegion(analysis, multiTensor, traffic)
    })
}
