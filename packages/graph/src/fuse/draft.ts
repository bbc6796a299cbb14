import type { Id } from "../graph.ts"
import type { Frame } from "../region/frame.ts"

/**
 * A region while it is drawn. Its nodes are asked for from its sink downwards; those that are asked for at the same
 * places form a *group*, a number from 0 (the sink's own) upwards.
 */
export interface Draft {
  /** The node that the region was drawn for. */
  readonly sink: Id
  /** When the region runs: every region that it reads from has an earlier time. At first, its sink. */
  time: number
  readonly nodes: Set<Id>
  /** Those of its nodes that it computes for everybody; the others are computed here again. */
  readonly homes: Set<Id>
  /** Whether it holds a product or scatter, or something that runs alone. */
  isHeavy: boolean
  /** Whether it takes no more nodes. */
  readonly isSealed: boolean
  /** Whether it may become a segment of a multi-tensor region, and so takes only what no other region needs. */
  readonly isClosed: boolean
  /** When the first region runs that reads what the sink gives. */
  readonly firstReader: number
  /** The region that took this one in, if one did. */
  mergedInto: Draft | undefined
  /** What its reductions walk, and the groups of that size and of one element for each row. */
  frame: Frame | undefined
  full: number
  row: number | undefined
  /** Whether it computes anything once a row; until then, its frame is only a possibility. */
  hasRows: boolean
  groups: number
  /** Groups that lie behind transpositions of the sink's. */
  readonly transposed: Set<number>
}

/** Starts a region at a node. */
export const draftOf = (
  sink: Id,
  options: { readonly isSealed?: boolean; readonly isClosed?: boolean; readonly firstReader?: number } = {}
): Draft => ({
  sink,
  time: sink,
  nodes: new Set([sink]),
  homes: new Set([sink]),
  isHeavy: options.isSealed ?? false,
  isSealed: options.isSealed ?? false,
  isClosed: options.isClosed ?? false,
  firstReader: options.firstReader ?? Number.POSITIVE_INFINITY,
  mergedInto: undefined,
  frame: undefined,
  full: 0,
  row: undefined,
  hasRows: false,
  groups: 1,
  transposed: new Set()
})

/** How a region asks for a node: at the places of one of its groups, or in one of these two ways. */
export const anywhere = -1
export const inMemory = -2

/** A region that asks for a node, and how. */
export interface Demand {
  readonly draft: Draft
  readonly group: number
}
