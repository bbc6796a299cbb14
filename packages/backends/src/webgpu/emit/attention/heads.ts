import type { AttentionShape } from "../../../kernel/attention/attentionShape.ts"
import { add, constant, coordinatesOf, type Index, quotient, scale } from "../../../kernel/indexExpression.ts"

/** The coordinates of a head among all axes before those of its matrix. */
export type Head = ReadonlyArray<Index>

/** A head of queries, by its number among all of them. */
export const queryHead = ({ outer, keyHeads, group }: AttentionShape, number: Index): Head =>
  coordinatesOf(number, [...outer, keyHeads * group])

/** A head of keys, by its number. */
export const keyHead = ({ outer, keyHeads }: AttentionShape, number: Index): Head =>
  coordinatesOf(number, [...outer, keyHeads])

/** The head of keys that a head of queries reads. */
export const keyHeadOf = ({ group }: AttentionShape, head: Head): Head => [
  ...head.slice(0, -1),
  quotient(head.at(-1) ?? constant(0), group)
]

/** A head of queries that reads a head of keys, by its number among those. */
export const memberOf = ({ group }: AttentionShape, head: Head, member: Index): Head => [
  ...head.slice(0, -1),
  add(scale(head.at(-1) ?? constant(0), group), member)
]
