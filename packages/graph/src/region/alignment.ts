import { Shape } from "@residual/core"
import type { Id, Node } from "../graph.ts"
import type { Region } from "../program.ts"
import { broadcastFrame, frameOf } from "./frame.ts"
import { elementsOf, opKind, shapeOf } from "./opKind.ts"

/**
 * Where a region needs a node, for one element of what it writes: at that element (`full`), at that element's row
 * (`row`), or at others (`elsewhere`). A node may be needed in several of these ways.
 *
 * ```ts
 * import type { Alignment } from "@residual/graph"
 * const overwritable: Alignment = { full: true, row: false, elsewhere: false }
 * overwritable.full // => true
 * ```
 */
export interface Alignment {
  readonly full: boolean
  readonly row: boolean
  readonly elsewhere: boolean
}

/**
 * The part of a region that walks one space: the region itself, or a segment.
 *
 * ```ts
 * import type { Walk } from "@residual/graph"
 * const walk: Walk = { nodes: [1], writes: [1], space: [2, 3], axes: [] }
 * walk.space // => [2, 3]
 * ```
 */
export interface Walk {
  readonly nodes: ReadonlyArray<Id>
  readonly writes: ReadonlyArray<Id>
  readonly space: Shape.Shape
  readonly axes: ReadonlyArray<number>
}

/**
 * The parts of a region that walk a space each.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { compile, walksOf } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const program = compile({ outputs: { y: op.softmax(input("x", [2, 3])) } }, { claims: new Set() })
 * Either.isRight(program) && program.right.regions.flatMap(walksOf).map(({ space, axes }) => [space, axes]) // => [[[2, 3], [1]]]
 * ```
 */
export const walksOf = (region: Region): ReadonlyArray<Walk> =>
  region.segments.length === 0
    ? [region]
    : region.segments.map(({ nodes, writes, elements }) => ({ nodes, writes, space: [elements], axes: region.axes }))

const full = 1
const row = 2
const elsewhere = 4

/**
 * How each node that a walk computes or reads is needed, from what it writes downwards.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { alignments, compile, walksOf } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const program = compile({ outputs: { y: op.softmax(input("x", [2, 3])) } }, { claims: new Set() })
 * const { graph, regions } = Either.isRight(program) ? program.right : { graph: { nodes: [] }, regions: [] }
 * alignments(graph.nodes, walksOf(regions[0]!)[0]!).get(0) // => { full: true, row: false, elsewhere: false }
 * ```
 */
export const alignments = (nodes: ReadonlyArray<Node>, walk: Walk): ReadonlyMap<Id, Alignment> => {
  const frame = frameOf(walk.space, walk.axes)
  const size = Shape.size(walk.space)
  const needs = new Map<Id, number>()
  const need = (id: Id, how: number): void => {
    needs.set(id, (needs.get(id) ?? 0) | how)
  }
  for (const id of walk.writes) {
    const elements = elementsOf(nodes[id] as Node)
    need(id, elements === size ? full : walk.axes.length > 0 && elements * frame.length === size ? row : elsewhere)
  }
  for (let at = walk.nodes.length - 1; at >= 0; at--) {
    const id = walk.nodes[at] as Id
    const node = nodes[id] as Node
    const how = needs.get(id)
    if (how === undefined) continue
    for (const input of node.inputs) need(input, operandNeed(nodes, node, input, how, frame.key))
  }
  return new Map(
    [...needs].map(([id, how]) => [
      id,
      {
        full: (how & full) !== 0,
        row: (how & row) !== 0,
        elsewhere: (how & elsewhere) !== 0
      }
    ])
  )
}

const operandNeed = (nodes: ReadonlyArray<Node>, node: Node, input: Id, how: number, frame: string): number => {
  const kind = opKind(node)
  const keepsPlace = kind === "elementwise" || kind === "boundary" || (kind === "view" && node.op === "reshape")
  if (keepsPlace) return how
  const shape = shapeOf(nodes[input] as Node)
  if (how === full && node.op === "broadcast" && broadcastFrame(shape, shapeOf(node)).key === frame) return row
  if (
    how === row &&
    kind === "reduction" &&
    frameOf(shape, node.attrs["axes"] as ReadonlyArray<number>).key === frame
  ) {
    return full
  }
  return elsewhere
}

/**
 * How many reductions of a walk must have finished before it computes each node: the pass over its rows in which it
 * does.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { compile, passes, walksOf } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const program = compile({ outputs: { y: op.softmax(input("x", [2, 3])) } }, { claims: new Set() })
 * const { graph, regions } = Either.isRight(program) ? program.right : { graph: { nodes: [] }, regions: [] }
 * Math.max(...passes(graph.nodes, walksOf(regions[0]!)[0]!).values()) // => 2
 * ```
 */
export const passes = (nodes: ReadonlyArray<Node>, walk: Walk): ReadonlyMap<Id, number> => {
  const pass = new Map<Id, number>()
  for (const id of walk.nodes) {
    const node = nodes[id] as Node
    const before = node.inputs.reduce((most, input) => Math.max(most, pass.get(input) ?? 0), 0)
    pass.set(id, opKind(node) === "reduction" ? before + 1 : before)
  }
  return pass
}
