import { Shape } from "@residual/core"
import type { Graph, Id, Node, Region } from "@residual/graph"
import { type AttentionShape, attentionShape, type MatrixOperand, matrixOperand } from "./attentionShape.ts"

/** An attention of a region, or its backward: its sizes, its operands in order, and which outputs are written. */
export interface AttentionOperands {
  readonly shape: AttentionShape
  readonly operands: ReadonlyArray<MatrixOperand>
  readonly mask: MatrixOperand | undefined
  readonly reads: ReadonlyArray<Id>
  readonly writes: ReadonlyArray<Id>
  /** The places among `writes` of the outputs, by their numbers; absent where one is not written. */
  readonly written: ReadonlyMap<number, number>
  /** What tells functions apart. */
  readonly key: string
}

/** Finds an attention's operands: `ranks` says of each how many axes make one of its matrices; a mask may follow. */
export const attentionOperands = (
  graph: Graph,
  region: Region,
  id: Id,
  ranks: ReadonlyArray<1 | 2>,
  [query, key, value]: readonly [number, number, number]
): AttentionOperands => {
  const { inputs, attrs } = graph.nodes[id] as Node
  const shape = attentionShape(graph, [inputs[query], inputs[key], inputs[value]] as [Id, Id, Id], attrs as never)
  const operands = ranks.map((rank, at) => matrixOperand(graph, region, inputs[at] as Id, rank))
  const maskId = inputs[ranks.length]
  const mask = maskId === undefined ? undefined : matrixOperand(graph, region, maskId, 2)
  const all = mask === undefined ? operands : [...operands, mask]
  const reads = [...new Set(all.map(({ read }) => read))]
  const outputs = region.writes.map((write) => [write, graph.nodes[write]?.attrs["output"] as number] as const)
  const written = new Map(outputs.map(([, output], at) => [output, at]))
  const positions = all.map(({ read, layout }) => [reads.indexOf(read), layout])
  return {
    shape,
    operands,
    mask,
    reads,
    writes: region.writes,
    written,
    key: JSON.stringify([shape, positions, mask === undefined, [...written]])
  }
}

/** What an attention, or its backward, is called for people: heads of queries, queries, keys, features. */
export const attentionName = (name: string, { outer, keyHeads, group, queries, keys, width }: AttentionShape): string =>
  `${name} ${Shape.size(outer) * keyHeads * group}x${queries}x${keys}x${width}`

/** How many heads of keys there are: the pieces of an attention's work. */
export const headsOf = ({ outer, keyHeads }: AttentionShape): number => Shape.size(outer) * keyHeads
