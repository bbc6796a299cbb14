import { type Program, type Region, walksOf } from "@residual/graph"
import { coordinatesOf } from "./indexExpression.ts"
import { printNest } from "./printNest.ts"
import { productNests, walkNests } from "./regionNests.ts"

/**
 * The loops that a program's regions become, as text: views are indices by now, and only arithmetic is left. `%3[i]` is
 * element i of value 3, which lies in memory; `product` is an element of the region's matrix product. Regions that are no
 * such loops (sorts, scatters, claimed composites) are named only.
 *
 * ```ts
 * import { printLoops } from "@residual/backends"
 * import { input, op } from "@residual/core"
 * import { compile } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const program = compile({ outputs: { y: op.exp(op.transpose(input("x", [2, 3]))) } }, { claims: new Set() })
 * Either.isRight(program) && printLoops(program.right)
 * // => "region 0 (elementwise)\n  for i below 3\n    for j below 2\n      %2[2·i + j] = exp(%0[i + 3·j])"
 * ```
 */
export const printLoops = (program: Program): string =>
  program.regions
    .map((region, at) => [`region ${at} (${region.kind})`, ...loopsOf(program, region).map(indented)].join("\n"))
    .join("\n")

const loopsOf = ({ graph }: Program, region: Region): ReadonlyArray<string> => {
  const ops = region.nodes.map((id) => ({
    id,
    op: graph.nodes[id]?.op,
    isClaimed: graph.nodes[id]?.body !== undefined
  }))
  const other = ops.find(
    ({ op, isClaimed }) =>
      isClaimed || ["scatterAdd", "sort", "cumSum", "unwindow", "dynamicUpdateSlice"].includes(op ?? "")
  )
  if (other !== undefined) return [`${other.op}`]
  const dot = ops.find(({ op }) => op === "dot")?.id
  if (dot === undefined) {
    return walksOf(region).flatMap((walk) => walkNests(graph, walk, region.reads).map(printNest))
  }
  const shape = graph.nodes[dot]?.types[0]
  return productNests(graph, region, region.reads, dot, (elements, place) =>
    elements.product(shape?.dtype ?? "f32", coordinatesOf(place, shape?.shape ?? []))
  ).map(printNest)
}

const indented = (text: string): string => text.replaceAll(/^/gm, "  ")
