import { Shape } from "@residual/core"
import type { Graph, Id, Node, Region } from "@residual/graph"
import type { Element, Elements } from "../../kernel/element.ts"
import { add, constant, coordinatesOf, type Index, placeOf, scale } from "../../kernel/indexExpression.ts"
import { type Nest, nestsOf, type Store } from "../../kernel/nest.ts"
import { type ProductNest, plainNest, productNest } from "../../kernel/product/productNest.ts"
import { type ProductShape, productShape } from "../../kernel/product/productShape.ts"
import { walkNests } from "../../kernel/regionNests.ts"
import { type TraceElement, tracing } from "../../kernel/traceElements.ts"
import type { Kernel } from "../wgsl/kernel.ts"
import type { EmitContext } from "./emitContext.ts"
import { type NestOptions, nestKernels } from "./nestKernels.ts"
import { productForm } from "./productForm.ts"
import { tileKernel } from "./tileKernel.ts"

/** The kernels of a product's region: tiles, or a reduction for each element, and what is fused to it. */
export const productKernels = (
  graph: Graph,
  region: Region,
  context: EmitContext,
  options: NestOptions
): ReadonlyArray<Kernel> => {
  const product = productShape(graph, region)
  const form = productForm(product, (read) => 4 * Shape.size(graph.nodes[read]?.types[0]?.shape ?? []))
  const byRows = form.kind === "rows" || context.threads !== undefined
  const nests = byRows ? rowNests(graph, region, product) : undefined
  if (nests !== undefined) return nests.flatMap((nest) => nestKernels(nest, { ...options, name: "dot" }))
  const { vectors, subgroups } = context
  const tile = (placed: ProductNest, parts: number): Kernel =>
    tileKernel(placed, { form: form.tile, parts, scratch: options.scratch, vectors, subgroups })
  if (form.parts > 1) {
    const sums = options.scratch.take(4 * form.parts * Shape.size(product.shape))
    const [parted, after] = [plainNest(product, sums), partNests(graph, region, product, sums, form.parts)]
    if (parted !== undefined && after !== undefined) {
      return [tile(parted, form.parts), ...after.flatMap((nest) => nestKernels(nest, { ...options, name: "parts" }))]
    }
  }
  const together = productNest(graph, region, region.reads, product, true)
  if (together !== undefined) return [tile(together, 1)]
  // What follows the product is not one row of it after the other: it is kept, and read again.
  const { dot } = product
  const isWritten = region.writes.includes(dot)
  const kept = isWritten ? dot : options.scratch.take(4 * Shape.size(product.shape))
  const alone = plainNest(product, kept)
  if (alone === undefined) throw new Error(`the product %${dot} is not one row after the other`)
  const writes = region.writes.filter((id) => id !== dot)
  const after = writes.length === 0 ? [] : walkNests(graph, { ...region, writes }, [...region.reads, dot], true)
  return [
    tile(alone, 1),
    ...after.flatMap((nest) => nestKernels(nest, { ...options, renamed: new Map(isWritten ? [] : [[dot, kept]]) }))
  ]
}

/** What a step of a sum adds to an element of a product. */
type Term = (coordinates: ReadonlyArray<Index>, step: Index, elements: Elements, trace: TraceElement) => Element

/**
 * A product as a reduction for each of its elements: for products with few rows or columns (a matrix by a vector), and
 * for few elements. `undefined` where what is fused to it needs elements of the product in several places.
 */
const rowNests = (graph: Graph, region: Region, product: ProductShape): ReadonlyArray<Nest> | undefined => {
  const { dot, depth, dtype, shape } = product
  const [left, right] = (graph.nodes[dot] as Node).inputs as readonly [Id, Id]
  const [m, n] = shape.slice(-2) as [number, number]
  const batches = shape.slice(0, -2)
  return summedNests(graph, region, product, depth, (coordinates, step, elements, trace) => {
    const [outer, [row, column]] = [coordinates.slice(0, -2), coordinates.slice(-2) as [Index, Index]]
    const a = trace(left, placeOf([...outer, row, step], Shape.strides([...batches, m, depth])))
    const b = trace(right, placeOf([...outer, step, column], Shape.strides([...batches, depth, n])))
    return elements.operation(dtype, "mul", [a, b])
  })
}

/** The sums of the parts of a product whose depth was cut, and what is fused to it. */
const partNests = (
  graph: Graph,
  region: Region,
  product: ProductShape,
  sums: Id,
  parts: number
): ReadonlyArray<Nest> | undefined => {
  const { dtype, shape } = product
  return summedNests(graph, region, product, parts, (coordinates, step, elements) =>
    elements.load(dtype, sums, add(scale(step, Shape.size(shape)), placeOf(coordinates, Shape.strides(shape))))
  )
}

/** The elements of a product's region, each with the product as a sum of so many terms. */
const summedNests = (
  graph: Graph,
  region: Region,
  { dot, dtype, shape }: ProductShape,
  length: number,
  term: Term
): ReadonlyArray<Nest> | undefined => {
  const { space, writes } = region
  const isEmpty = length === 0
  let isScattered = false
  const nests = nestsOf([...space, ...(isEmpty ? [] : [length])], isEmpty ? [] : [space.length], (at, elements) => {
    const full = placeOf(at.slice(0, space.length), Shape.strides(space))
    const step = isEmpty ? constant(0) : (at.at(-1) as Index)
    let asked: Index | undefined
    const trace = tracing({
      graph,
      reads: new Set(region.reads),
      elements,
      replaced: (id, place) => {
        if (id !== dot) return undefined
        if (asked !== undefined && asked.key !== place.key) isScattered = true
        asked = place
        return isEmpty ? elements.number(dtype, 0) : elements.reduced(dtype, dot)
      }
    })
    const rowStores = writes.map((id): Store => ({ id, place: full, element: trace(id, full) }))
    if (isEmpty || asked === undefined) return { passes: [], rowStores }
    const element = term(coordinatesOf(asked, shape), step, elements, trace)
    return { passes: [{ reductions: [{ id: dot, op: "sum", element }], stores: [] }], rowStores }
  })
  return isScattered ? undefined : nests
}
