import { type DType, Shape } from "@residual/core"
import { type Graph, type Id, type Node, passes, type Walk } from "@residual/graph"
import type { Element, Elements } from "./element.ts"
import { constant, type Index, placeOf } from "./indexExpression.ts"
import { type Body, type Compose, type Nest, nestsOf, type Pass, type Store } from "./nest.ts"
import { type TraceElement, tracing } from "./traceElements.ts"

const isReduction = ({ op, body }: Node): boolean => body === undefined && (op === "sum" || op === "max")

/** The loops of a walk that computes element by element, or row by row with reductions; cut, or as a `whole`. */
export const walkNests = (graph: Graph, walk: Walk, reads: ReadonlyArray<Id>, whole = false): ReadonlyArray<Nest> => {
  const { space, axes } = walk
  const isEmpty = Shape.size(space) === 0
  // Rows without elements are still written: as what reductions of nothing give.
  const walked = isEmpty ? space.map((size, axis) => (axes.includes(axis) ? 1 : size)) : space
  const compose: Compose = (coordinates, elements) => composeWalk(graph, walk, new Set(reads), coordinates, elements)
  return nestsOf(walked, isEmpty ? [] : axes, compose, whole)
}

const composeWalk = (
  graph: Graph,
  walk: Walk,
  reads: ReadonlySet<Id>,
  coordinates: ReadonlyArray<Index>,
  elements: Elements
): Body => {
  const { space, axes, nodes, writes } = walk
  const size = Shape.size(space)
  const rowShape = space.map((length, axis) => (axes.includes(axis) ? 1 : length))
  const rows = Shape.size(rowShape)
  const full = placeOf(coordinates, Shape.strides(space))
  const row = placeOf(
    coordinates.map((coordinate, axis) => (axes.includes(axis) ? constant(0) : coordinate)),
    Shape.strides(rowShape)
  )
  const node = (id: Id): Node => graph.nodes[id] as Node
  const dtypeOf = (id: Id): DType.DType => node(id).types[0]?.dtype ?? "f32"
  const trace: TraceElement = tracing({
    graph,
    reads,
    elements,
    replaced: (id) => {
      if (!isReduction(node(id))) return undefined
      return size === 0 ? elements.number(dtypeOf(id), 0) : elements.reduced(dtypeOf(id), id)
    }
  })
  const elementsOf = (id: Id): number => Shape.size(node(id).types[0]?.shape ?? [])
  const pass = passes(graph.nodes, walk)
  const isRow = (id: Id): boolean => axes.length > 0 && elementsOf(id) !== size && elementsOf(id) === rows
  // Where rows have one element, a value may be either; it is a row's if it comes from a reduction.
  const isOfRow = (id: Id): boolean => isRow(id) || (axes.length > 0 && size === rows && (pass.get(id) ?? 0) > 0)
  const storeOf = (id: Id, place: Index): Store => ({ id, place, element: trace(id, place) })
  const rowStores = writes.filter(isOfRow).map((id) => storeOf(id, row))
  if (size === 0) return { passes: [], rowStores }
  const reductions = nodes.filter((id) => isReduction(node(id)))
  const fullWrites = writes.filter((id) => !isOfRow(id))
  const last = Math.max(
    0,
    ...fullWrites.map((id) => pass.get(id) ?? 0),
    ...reductions.map((id) => (pass.get(id) as number) - 1)
  )
  const all = Array.from(
    { length: last + 1 },
    (_, at): Pass => ({
      reductions: reductions
        .filter((id) => pass.get(id) === at + 1)
        .map((id) => ({ id, op: node(id).op, element: trace(node(id).inputs[0] as Id, full) })),
      stores: fullWrites.filter((id) => (pass.get(id) ?? 0) === at).map((id) => storeOf(id, full))
    })
  )
  return { passes: all, rowStores }
}

/** What stands for the elements of a product, given the place of one in row-major order. */
export type ProductElement = (elements: Elements, place: Index) => Element

/** The loops over what a product's region writes, given what stands for the product in them; cut, or as a `whole`. */
export const productNests = (
  graph: Graph,
  walk: Walk,
  reads: ReadonlyArray<Id>,
  dot: Id,
  productElement: ProductElement,
  whole = false
): ReadonlyArray<Nest> => {
  const compose: Compose = (coordinates, elements) => {
    const full = placeOf(coordinates, Shape.strides(walk.space))
    const trace = tracing({
      graph,
      reads: new Set(reads),
      elements,
      replaced: (id, place) => (id === dot ? productElement(elements, place) : undefined)
    })
    const stores = walk.writes.map((id): Store => ({ id, place: full, element: trace(id, full) }))
    return { passes: [{ reductions: [], stores }], rowStores: [] }
  }
  return nestsOf(walk.space, [], compose, whole)
}
