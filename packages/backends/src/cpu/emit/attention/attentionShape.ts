import type { DType, Shape } from "@residual/core"
import { type Factor, type Graph, type Id, type Node, type ReadLayout, type Region, readLayout } from "@residual/graph"
import { add, constant, coordinatesOf, type Index, placeOf } from "../../../kernel/indexExpression.ts"
import type { Axis } from "../../product/productSpec.ts"

/** An attention's sizes: queries and keys meet in every head of keys, which some heads of queries share. */
export interface AttentionShape {
  readonly dtype: "f32" | "f64"
  /** Axes before those of heads. */
  readonly outer: Shape.Shape
  readonly keyHeads: number
  /** Heads of queries for each head of keys. */
  readonly group: number
  readonly queries: number
  readonly keys: number
  readonly width: number
  readonly out: number
  readonly causal: boolean
  readonly scale: number
}

/** The sizes of an attention, from the types of its queries, keys and values. */
export const attentionShape = (
  graph: Graph,
  [query, key, value]: readonly [Id, Id, Id],
  { causal, scale }: { readonly causal: boolean; readonly scale: number }
): AttentionShape => {
  const typeOf = (id: Id): { readonly dtype: DType.DType; readonly shape: Shape.Shape } =>
    (graph.nodes[id] as Node).types[0] as { readonly dtype: DType.DType; readonly shape: Shape.Shape }
  const [q, k, v] = [query, key, value].map((id) => typeOf(id).shape) as [Shape.Shape, Shape.Shape, Shape.Shape]
  const [heads, keyHeads] = q.length < 3 ? [1, 1] : [q.at(-3) as number, k.at(-3) as number]
  return {
    dtype: typeOf(query).dtype as "f32" | "f64",
    outer: q.slice(0, -3),
    keyHeads,
    group: heads / keyHeads,
    queries: q.at(-2) as number,
    keys: k.at(-2) as number,
    width: q.at(-1) as number,
    out: v.at(-1) as number,
    causal,
    scale
  }
}

/** An operand by its matrices: one for each head. */
export interface MatrixOperand {
  readonly read: Id
  readonly layout: ReadLayout["layout"]
  /** Its heads: those of queries, those of keys, or fewer where they are shared (a mask's). */
  readonly rows: Axis
  readonly columns: Axis
}

/** An operand of a region as matrices, `rank` axes of which make one: two, or one for a number of each row. */
export const matrixOperand = (graph: Graph, region: Region, id: Id, rank: 1 | 2): MatrixOperand => {
  const found = readLayout(graph, region, id) as ReadLayout
  const { axes } = found.layout
  return {
    read: found.read,
    layout: found.layout,
    rows: (axes.at(-rank) ?? []) as Axis,
    columns: (rank === 2 ? axes.at(-1) : []) as Axis
  }
}

/**
 * Where the matrix of a head starts in an operand, in elements. `axes` are the operand's before those of a matrix, which
 * may be fewer than the coordinates given, the innermost of which they belong to; shared ones have size 1.
 */
export const matrixStart = ({ layout }: MatrixOperand, rank: 1 | 2, coordinates: ReadonlyArray<Index>): Index => {
  const axes = layout.axes.slice(0, -rank)
  const own = coordinates.slice(coordinates.length - axes.length)
  const parts = own.map((coordinate, at): Index => {
    const factors = axes[at] as ReadonlyArray<Factor>
    const sizes = factors.map(({ size }) => size)
    return placeOf(
      coordinatesOf(coordinate, sizes),
      factors.map(({ stride }) => stride)
    )
  })
  return add(constant(layout.offset), ...parts)
}

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
