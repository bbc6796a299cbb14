import type { DType, Shape } from "@residual/core"
import { type Factor, type Graph, type Id, type Node, type ReadLayout, type Region, readLayout } from "@residual/graph"
import { add, constant, coordinatesOf, type Index, placeOf } from "../indexExpression.ts"
import type { Axis } from "./axis.ts"

/** A matrix product of a region: its sizes, and where its operands lie in memory. */
export interface ProductShape {
  readonly dot: Id
  readonly dtype: DType.DType
  /** Of what it gives: batches, rows, columns. */
  readonly shape: Shape.Shape
  readonly depth: number
  readonly left: ReadLayout
  readonly right: ReadLayout
  /** Whether rows and columns have changed places, and with them the operands. */
  readonly isSwapped: boolean
}

/** The product of a region. */
export const productShape = (graph: Graph, region: Region): ProductShape => {
  const dot = region.nodes.find((id) => graph.nodes[id]?.op === "dot") as Id
  const { inputs, types } = graph.nodes[dot] as Node
  const [left, right] = inputs.map((id) => readLayout(graph, region, id)) as [ReadLayout, ReadLayout]
  const { dtype, shape } = types[0] as { readonly dtype: DType.DType; readonly shape: Shape.Shape }
  const depth = graph.nodes[inputs[0] as Id]?.types[0]?.shape.at(-1) as number
  return { dot, dtype, shape, depth, left, right, isSwapped: false }
}

/** The transpose of a product: the same numbers, by the transposed operands the other way round. */
export const swapped = ({ shape, left, right, isSwapped, ...rest }: ProductShape): ProductShape => ({
  ...rest,
  shape: [...shape.slice(0, -2), shape.at(-1) as number, shape.at(-2) as number],
  left: transposedLayout(right),
  right: transposedLayout(left),
  isSwapped: !isSwapped
})

const transposedLayout = ({ read, layout: { offset, axes } }: ReadLayout): ReadLayout => ({
  read,
  layout: { offset, axes: [...axes.slice(0, -2), axes.at(-1) as Axis, axes.at(-2) as Axis] }
})

/** The coordinates of a product's element, from its place in the row-major order of the product as the graph has it. */
export const productCoordinates = ({ shape, isSwapped }: ProductShape, place: Index): ReadonlyArray<Index> => {
  if (!isSwapped) return coordinatesOf(place, shape)
  const [rows, columns] = shape.slice(-2) as [number, number]
  const found = coordinatesOf(place, [...shape.slice(0, -2), columns, rows])
  return [...found.slice(0, -2), found.at(-1) as Index, found.at(-2) as Index]
}

/** Where an operand's matrix starts, in elements, given the coordinates of its batch. */
export const batchOffset = ({ layout: { offset, axes } }: ReadLayout, batch: ReadonlyArray<Index>): Index =>
  add(
    constant(offset),
    ...batch.map((coordinate, at) => {
      const factors = axes[at] as ReadonlyArray<Factor>
      const sizes = factors.map(({ size }) => size)
      return placeOf(
        coordinatesOf(coordinate, sizes),
        factors.map(({ stride }) => stride)
      )
    })
  )
