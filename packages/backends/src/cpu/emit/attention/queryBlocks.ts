import type { Factor } from "@residual/graph"
import type { AttentionShape } from "../../../kernel/attention/attentionShape.ts"
import type { Axis } from "../../../kernel/product/axis.ts"

/** The first so many steps of an axis. */
export const firstOf = (axis: Axis, count: number): Axis => {
  const size = axis.reduce((product, factor) => product * factor.size, 1)
  if (count === size) return axis
  const [only] = axis as readonly [Factor]
  return count === 1 ? [] : [{ size: count, stride: only.stride }]
}

/** How far the elements of a row and the next lie apart. */
export const stepOf = ([only]: Axis): number => only?.stride ?? 0

/** An axis of so many equal steps. */
export const steps = (size: number, stride: number): Axis => (size === 1 ? [] : [{ size, stride }])

/** Rows of queries that are computed together, and how many keys they read at most. */
export interface QueryBlock {
  readonly from: number
  readonly to: number
  readonly keys: number
}

/** What causal queries need not read shows in so many blocks; more are made only where rows are long. */
const usualBlocks = 8

/** Scores of a block, where its rows are long. */
const mostScores = 2 ** 20

/** Each block has code of its own, of a kilobyte or two. */
const mostBlocks = 256

/** Fewer rows than this are not worth a block. */
const leastRows = 16

const blockRows = ({ queries, keys }: AttentionShape): number => {
  const rows = Math.min(queries / usualBlocks, Math.max(mostScores / keys, queries / mostBlocks))
  return Math.max(leastRows, Math.ceil(rows / leastRows) * leastRows)
}

/**
 * Blocks of queries. Where queries read only keys up to their own place, early blocks read few: a whole number of
 * blocks, or all.
 */
export const queryBlocks = (shape: AttentionShape): ReadonlyArray<QueryBlock> => {
  const { queries, keys, causal } = shape
  const rows = blockRows(shape)
  return Array.from({ length: Math.ceil(queries / rows) }, (_, at) => {
    const [from, to] = [at * rows, Math.min(queries, (at + 1) * rows)]
    const last = causal ? Math.min(keys, Math.max(0, to + keys - queries)) : keys
    return { from, to, keys: Math.min(keys, Math.ceil(last / rows) * rows) }
  })
}
