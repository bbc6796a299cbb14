import type { PrimitiveName, TensorType } from "@residual/core"
import type { Id, Node } from "../graph.ts"

/** What a rule may look at and make: the nodes before the one that it rewrites, and new ones, which are simplified too. */
export interface Rewriting {
  readonly node: (id: Id) => Node
  readonly type: (id: Id) => TensorType.TensorType
  /** The number that every element is, for a constant filled with one. */
  readonly filledWith: (id: Id) => number | undefined
  readonly apply: (op: PrimitiveName, inputs: ReadonlyArray<Id>, attrs: Node["attrs"]) => Id
  readonly fill: (value: number, type: TensorType.TensorType) => Id
}

/**
 * An identity that holds to the bit, NaN, ±0 and infinities included, whether or not every result is rounded to its
 * element type. `rewrite` gives what a node is equal to, or `undefined` where the identity does not apply.
 */
export interface Rule {
  readonly name: string
  readonly ops: ReadonlyArray<PrimitiveName>
  readonly rewrite: (node: Node, graph: Rewriting) => Id | undefined
}

/** Makes a rule from its name, which reads as the identity. */
export const rule = (
  name: string,
  ops: PrimitiveName | ReadonlyArray<PrimitiveName>,
  rewrite: Rule["rewrite"]
): Rule => ({ name, ops: typeof ops === "string" ? [ops] : ops, rewrite })

/** The type of a node that has one output. */
export const typeOf = (node: Node): TensorType.TensorType => node.types[0] as TensorType.TensorType

/** The first operand, the second … of a node that has them. */
export const operand = (node: Node, at: number): Id => node.inputs[at] as Id
