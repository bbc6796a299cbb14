import type { TensorType } from "@residual/core"

/**
 * The number of a node in its graph: its place in `nodes`. A node reads only smaller ones.
 *
 * ```ts
 * import type { Id } from "@residual/graph"
 * const first: Id = 0
 * first // => 0
 * ```
 */
export type Id = number

/**
 * One op in a graph: which op, which nodes it reads, its attributes, and the types of its outputs. A node with several
 * outputs is read by `project` nodes only. A node whose op is a claimed composite carries its `body`, a graph whose
 * inputs are named `0`, `1` … by position; the sub-graph of a loop over time will stand in the same place.
 *
 * ```ts
 * import type { Node } from "@residual/graph"
 * const node: Node = { op: "neg", inputs: [0], attrs: {}, types: [{ dtype: "f32", shape: [2] }] }
 * node.op // => "neg"
 * ```
 */
export interface Node {
  readonly op: string
  readonly inputs: ReadonlyArray<Id>
  readonly attrs: Readonly<Record<string, unknown>>
  readonly types: ReadonlyArray<TensorType.TensorType>
  readonly body?: Graph
}

/** A node under the name by which callers ask for it, or under the slot that it is written to. */
export interface Named {
  readonly name: string
  readonly id: Id
}

/**
 * A whole computation, flat and typed, in single assignment and in an order in which it can run: what passes read and
 * write. `outputs` are handed to the caller, `updates` replace the slots of a Store once everything has been computed.
 *
 * ```ts
 * import type { Graph } from "@residual/graph"
 * const empty: Graph = { nodes: [], outputs: [], updates: [] }
 * empty.nodes.length // => 0
 * ```
 */
export interface Graph {
  readonly nodes: ReadonlyArray<Node>
  readonly outputs: ReadonlyArray<Named>
  readonly updates: ReadonlyArray<Named>
}
