import type { DType, Shape } from "@residual/core"
import { type Factor, type Graph, type Id, type Node, type ReadLayout, type Region, readLayout } from "@residual/graph"
import { add, constant, coordinatesOf, type Index, placeOf } from "../indexExpression.ts"
import type { Axis } from "../product/axis.ts"

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
