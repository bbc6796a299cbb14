import { type DType, Shape } from "@residual/core"
import type { Graph, Id, Node, Region } from "@residual/graph"
import { add, type Condition, computed, type Index, placeOf, scale } from "../../kernel/indexExpression.ts"
import { type Nest, nestsOf, type Store } from "../../kernel/nest.ts"
import { walkNests } from "../../kernel/regionNests.ts"
import { tracing } from "../../kernel/traceElements.ts"
import type { Kernel } from "../wgsl/kernel.ts"
import { flaggedKernel } from "./flaggedKernel.ts"
import { type NestOptions, nestKernels } from "./nestKernels.ts"

type Type = { readonly dtype: DType.DType; readonly shape: Shape.Shape }

const typeOf = ({ nodes }: Graph, id: Id): Type => (nodes[id] as Node).types[0] as Type

/** The kernels of a scatter's region: each element of the target adds up the updates that are meant for it, in order. */
export const scatterKernels = (
  graph: Graph,
  region: Region,
  scatter: Id,
  options: NestOptions
): ReadonlyArray<Kernel> => {
  const kernelsOf = (nest: Nest): ReadonlyArray<Kernel> => {
    const flagged = options.threads === undefined ? flaggedKernel(nest, { ...options, name: "scatter" }) : undefined
    return flagged === undefined ? nestKernels(nest, { ...options, name: "scatter" }) : [flagged]
  }
  const together = scatterNests(graph, region, scatter, region.writes)
  if (together !== undefined) return together.flatMap(kernelsOf)
  // What follows needs elements of the result in other places than its own.
  const isWritten = region.writes.includes(scatter)
  const kept = isWritten ? scatter : options.scratch.take(4 * Shape.size(typeOf(graph, scatter).shape))
  const alone = scatterNests(graph, { ...region, space: typeOf(graph, scatter).shape }, scatter, [scatter])
  const writes = region.writes.filter((id) => id !== scatter)
  const renamed = new Map(isWritten ? [] : [[scatter, kept]])
  const after = writes.length === 0 ? [] : walkNests(graph, { ...region, writes }, [...region.reads, scatter], true)
  if (alone === undefined) throw new Error(`the scatter %${scatter} is not computed element by element`)
  return [
    ...alone.flatMap((nest) => kernelsOf(withStores(nest, scatter, kept))),
    ...after.flatMap((nest) => nestKernels(nest, { ...options, renamed }))
  ]
}

const withStores = (nest: Nest, from: Id, to: Id): Nest => ({
  ...nest,
  rowStores: nest.rowStores.map((store) => (store.id === from ? { ...store, id: to } : store))
})

/** A scatter as a sum, for each element of the target, over all updates of which some are meant for it. */
const scatterNests = (
  graph: Graph,
  region: Region,
  scatter: Id,
  writes: ReadonlyArray<Id>
): ReadonlyArray<Nest> | undefined => {
  const { inputs, attrs } = graph.nodes[scatter] as Node
  const [target, indices, updates] = inputs as readonly [Id, Id, Id]
  const { axis, batch } = attrs as { readonly axis: number; readonly batch: number }
  const { dtype, shape } = typeOf(graph, scatter)
  const { space } = region
  const [indexShape, updateShape] = [typeOf(graph, indices).shape, typeOf(graph, updates).shape]
  const beyond = indexShape.slice(batch)
  const isEmpty = Shape.size(updateShape) === 0
  let isElsewhere = false
  const axes = isEmpty ? [] : beyond.map((_, at) => space.length + at)
  const nests = nestsOf([...space, ...(isEmpty ? [] : beyond)], axes, (coordinates, elements) => {
    const [at, looked] = [coordinates.slice(0, space.length), coordinates.slice(space.length)]
    const full = placeOf(at, Shape.strides(space))
    const trace = tracing({
      graph,
      reads: new Set(region.reads),
      elements,
      replaced: (id, place) => {
        if (id !== scatter) return undefined
        if (place.key !== full.key) isElsewhere = true
        const before = trace(target, place)
        if (isEmpty) return before
        const sum = elements.reduced(dtype, scatter)
        // A sum starts with 0 itself.
        return before.kind === "number" && before.value === 0 ? sum : elements.operation(dtype, "add", [before, sum])
      }
    })
    const rowStores = writes.map((id): Store => ({ id, place: full, element: trace(id, full) }))
    if (isEmpty) return { passes: [], rowStores }
    if (!Shape.equals(space, shape)) {
      isElsewhere = true
      return { passes: [], rowStores: [] }
    }
    const lookup = [...at.slice(0, batch), ...looked]
    const found = computed(trace(indices, placeOf(lookup, Shape.strides(indexShape))))
    const own = at[axis] as Index
    const isMeant: Condition = { kind: "within", index: add(found, scale(own, -1)), low: 0, high: 1 }
    const place = placeOf([...at.slice(0, axis), ...looked, ...at.slice(axis + 1)], Shape.strides(updateShape))
    const element = elements.choice([isMeant], trace(updates, place), elements.number(dtype, 0))
    return { passes: [{ reductions: [{ id: scatter, op: "sum", element }], stores: [] }], rowStores }
  })
  return isElsewhere ? undefined : nests
}
