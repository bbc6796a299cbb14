import { Shape } from "@residual/core"
import type { Graph, Id, Walk } from "@residual/graph"
import type { Element } from "../element.ts"
import { coefficientOf, type Index, type Loop, placeOf } from "../indexExpression.ts"
import { type Nest, nestsOf, rootsOf, type Store } from "../nest.ts"
import { productNests } from "../regionNests.ts"
import { visitElements } from "../visitIndices.ts"
import { type ProductShape, productCoordinates, swapped } from "./productShape.ts"

/** The loops around a product's epilogue, by what they walk, each outermost first. */
export interface ProductNest {
  readonly product: ProductShape
  readonly nest: Nest
  /** Of an element of the product, in the loops' counters. */
  readonly coordinates: ReadonlyArray<Index>
  readonly batch: ReadonlyArray<Loop>
  readonly rows: ReadonlyArray<Loop>
  readonly columns: ReadonlyArray<Loop>
}

/**
 * The loops in which a region's product can be followed by its epilogue row by row; `undefined` where what it writes is
 * not one row of the product after the other.
 */
export const productNest = (
  graph: Graph,
  walk: Walk,
  reads: ReadonlyArray<Id>,
  product: ProductShape,
  whole = false
): ProductNest | undefined => {
  const straight = classified(graph, walk, reads, product, whole)
  if (straight === undefined) return undefined
  const innermost = straight.nest.kept.at(-1)
  // What is stored side by side had better be computed side by side.
  const isTurned = innermost !== undefined && straight.rows.includes(innermost)
  return isTurned ? (classified(graph, walk, reads, swapped(product), whole) ?? straight) : straight
}

const classified = (
  graph: Graph,
  walk: Walk,
  reads: ReadonlyArray<Id>,
  product: ProductShape,
  whole: boolean
): ProductNest | undefined => {
  const [nest, ...others] = productNests(
    graph,
    walk,
    reads,
    product.dot,
    (elements, place) => elements.product(product.dtype, productCoordinates(product, place)),
    whole
  )
  if (nest === undefined || others.length > 0) return undefined
  return byLoops(product, nest)
}

/** The loops that only store a product, in row-major order, under a name. */
export const plainNest = (product: ProductShape, id: Id): ProductNest | undefined => {
  const [nest] = nestsOf(product.shape, [], (coordinates, elements) => {
    const element = elements.product(product.dtype, coordinates)
    const store: Store = { id, place: placeOf(coordinates, Shape.strides(product.shape)), element }
    return { passes: [{ reductions: [], stores: [store] }], rowStores: [] }
  })
  return nest && byLoops(product, nest)
}

const byLoops = (product: ProductShape, nest: Nest): ProductNest | undefined => {
  const found: Array<Element & { readonly kind: "product" }> = []
  visitElements(rootsOf(nest), (element) => {
    if (element.kind === "product") found.push(element)
  })
  const [only, ...others] = found
  if (only === undefined || others.length > 0) return undefined
  const { coordinates } = only
  const counts = (index: Index | undefined, loop: Loop): boolean =>
    index !== undefined && coefficientOf(index, loop) !== 0
  const [row, column] = coordinates.slice(-2) as [Index, Index]
  const rows = nest.kept.filter((loop) => counts(row, loop))
  const columns = nest.kept.filter((loop) => counts(column, loop))
  const batch = nest.kept.filter((loop) => !rows.includes(loop) && !columns.includes(loop))
  const isWhole =
    isCounted(row, rows, product.shape.at(-2) as number) &&
    isCounted(column, columns, product.shape.at(-1) as number) &&
    coordinates.slice(0, -2).every((index, axis) => {
      const own = batch.filter((loop) => counts(index, loop))
      return isCounted(index, own, product.shape[axis] as number)
    }) &&
    batch.reduce((count, { size }) => count * size, 1) === Shape.size(product.shape.slice(0, -2)) &&
    nest.kept.every((loop) => coordinates.filter((index) => counts(index, loop)).length === 1)
  return isWhole ? { product, nest, coordinates, batch, rows, columns } : undefined
}

/** Whether loops count each value of an index once, as the digits of a number do. */
const isCounted = (index: Index, loops: ReadonlyArray<Loop>, size: number): boolean => {
  if (index.constant !== 0 || index.terms.length !== loops.length) return false
  let weight = 1
  for (const loop of [...loops].sort((a, b) => coefficientOf(index, a) - coefficientOf(index, b))) {
    if (coefficientOf(index, loop) !== weight) return false
    weight *= loop.size
  }
  return weight === size
}
