import { type DType, Shape } from "@residual/core"
import type { Graph, Id, Node, Region } from "@residual/graph"
import type { Element, Elements } from "../../kernel/element.ts"
import {
  add,
  type Condition,
  computed,
  constant,
  decided,
  guarded,
  type Index,
  placeOf,
  scale
} from "../../kernel/indexExpression.ts"
import { type Nest, nestsOf } from "../../kernel/nest.ts"
import { type TraceElement, tracing } from "../../kernel/traceElements.ts"
import type { KernelCall, KernelContext } from "./kernels.ts"
import { nestCall } from "./nestCall.ts"

/**
 * Kernels whose stores depend on what was stored before: scatters, slices that are replaced, windows and cumulative sums.
 * They write a value, `written`, which they also read; its first contents are stored before.
 */
interface Ordered {
  readonly graph: Graph
  readonly region: Region
  readonly context: KernelContext
}

const typeOf = ({ nodes }: Graph, id: Id): { readonly dtype: DType.DType; readonly shape: Shape.Shape } =>
  (nodes[id] as Node).types[0] as { readonly dtype: DType.DType; readonly shape: Shape.Shape }

type ComposeStore = (
  at: ReadonlyArray<Index>,
  elements: Elements,
  trace: TraceElement
) => { readonly place: Index; readonly element: Element }

const storing = (
  { graph, region, context }: Ordered,
  written: Id,
  space: ReadonlyArray<number>,
  compose: ComposeStore,
  isShared: boolean
): ReadonlyArray<KernelCall> => {
  // Where there is nothing to write to, not even what is there could be stored again.
  if (Shape.size(space) === 0 || Shape.size(typeOf(graph, written).shape) === 0) return []
  const nests: ReadonlyArray<Nest> = nestsOf(space, [], (at, elements) => {
    const trace = tracing({ graph, reads: new Set(region.reads), elements, replaced: () => undefined })
    return { passes: [{ reductions: [], stores: [{ id: written, ...compose(at, elements, trace) }] }], rowStores: [] }
  })
  return nests.map((nest) => {
    const call = nestCall(nest, context)
    return isShared ? call : { ...call, isShared: false }
  })
}

/** Stores a value's first contents: those of an operand, or of a constant. */
const first = (ordered: Ordered, written: Id, from: Id): ReadonlyArray<KernelCall> => {
  const { shape } = typeOf(ordered.graph, written)
  const copy: ComposeStore = (at, _, trace) => {
    const place = placeOf(at, Shape.strides(shape))
    return { place, element: trace(from, place) }
  }
  const isRead = ordered.graph.nodes[from]?.op !== "constant" && ordered.graph.nodes[from]?.op !== "iota"
  return storing(ordered, written, shape, copy, true).map((call) => ({ ...call, isCopy: isRead }))
}

const zeros = (ordered: Ordered, written: Id): ReadonlyArray<KernelCall> => {
  const { shape, dtype } = typeOf(ordered.graph, written)
  const fill: ComposeStore = (at, elements) => ({
    place: placeOf(at, Shape.strides(shape)),
    element: elements.number(dtype, 0)
  })
  return storing(ordered, written, shape, fill, true)
}

/** An element that is stored where conditions hold; elsewhere what is there is stored again. */
const where = (
  elements: Elements,
  conditions: ReadonlyArray<Condition>,
  place: (guard: (index: Index) => Index) => Index,
  value: (before: Element) => Element,
  load: (place: Index) => Element
): { readonly place: Index; readonly element: Element } => {
  const open = conditions.filter((condition) => decided(condition) !== true)
  const legal = place((index) =>
    open.some((condition) => condition.index.key === index.key) ? guarded(index, open) : index
  )
  const before = load(legal)
  const after = value(before)
  return { place: legal, element: open.length === 0 ? after : elements.choice(open, after, before) }
}

/** The target with updates added to it, in the order of the updates. */
export const scatterCalls = (ordered: Ordered, scatter: Id): ReadonlyArray<KernelCall> => {
  const { graph } = ordered
  const { inputs, attrs } = graph.nodes[scatter] as Node
  const [target, indices, updates] = inputs as readonly [Id, Id, Id]
  const { axis, batch } = attrs as { readonly axis: number; readonly batch: number }
  const { dtype, shape } = typeOf(graph, scatter)
  const indexShape = typeOf(graph, indices).shape
  const beyond = indexShape.length - batch
  const space = typeOf(graph, updates).shape
  const compose: ComposeStore = (at, elements, trace) => {
    const lookup = [...at.slice(0, batch), ...at.slice(axis, axis + beyond)]
    const found = computed(trace(indices, placeOf(lookup, Shape.strides(indexShape))))
    return where(
      elements,
      [{ kind: "within", index: found, low: 0, high: shape[axis] as number }],
      (guard) => placeOf([...at.slice(0, axis), guard(found), ...at.slice(axis + beyond)], Shape.strides(shape)),
      (before) => elements.operation(dtype, "add", [before, trace(updates, placeOf(at, Shape.strides(space)))]),
      (place) => elements.load(dtype, scatter, place)
    )
  }
  return [...first(ordered, scatter, target), ...storing(ordered, scatter, space, compose, false)]
}

/** A value with a part replaced that starts at a computed place. */
export const updateSliceCalls = (ordered: Ordered, written: Id): ReadonlyArray<KernelCall> => {
  const { graph } = ordered
  const [whole, update, start] = (graph.nodes[written] as Node).inputs as readonly [Id, Id, Id]
  const { dtype, shape } = typeOf(graph, written)
  const space = typeOf(graph, update).shape
  const compose: ComposeStore = (at, elements, trace) => {
    const moved = at.map((coordinate, axis) => add(coordinate, computed(trace(start, constant(axis)))))
    return where(
      elements,
      moved.map((index, axis) => ({ kind: "within", index, low: 0, high: shape[axis] as number })),
      (guard) => placeOf(moved.map(guard), Shape.strides(shape)),
      () => trace(update, placeOf(at, Shape.strides(space))),
      (place) => elements.load(dtype, written, place)
    )
  }
  return [...first(ordered, written, whole), ...storing(ordered, written, space, compose, false)]
}

/** Windows added up where they overlap. The counters of windows stand inside those of the places within them. */
export const unwindowCalls = (ordered: Ordered, written: Id): ReadonlyArray<KernelCall> => {
  const { graph } = ordered
  const { inputs, attrs } = graph.nodes[written] as Node
  const [from] = inputs as readonly [Id]
  const { strides, dilations, sizes } = attrs as Readonly<Record<"strides" | "dilations" | "sizes", Shape.Shape>>
  const { dtype, shape } = typeOf(graph, written)
  const windows = typeOf(graph, from).shape
  const [rank, outer] = [sizes.length, windows.length - 2 * sizes.length]
  const order = [
    ...windows.slice(0, outer).map((_, axis) => axis),
    ...sizes.map((_, axis) => outer + rank + axis),
    ...sizes.map((_, axis) => outer + axis)
  ]
  const compose: ComposeStore = (ordinals, elements, trace) => {
    const at = windows.map((_, axis) => ordinals[order.indexOf(axis)] as Index)
    const steps = Shape.strides(shape)
    const inner = steps.slice(outer)
    const place = placeOf(at, [
      ...steps.slice(0, outer),
      ...inner.map((step, axis) => step * (strides[axis] as number)),
      ...inner.map((step, axis) => step * (dilations[axis] as number))
    ])
    const before = elements.load(dtype, written, place)
    const element = elements.operation(dtype, "add", [before, trace(from, placeOf(at, Shape.strides(windows)))])
    return { place, element }
  }
  const space = order.map((axis) => windows[axis] as number)
  const isShared = Shape.size(windows.slice(0, outer)) > 1
  return [...zeros(ordered, written), ...storing(ordered, written, space, compose, isShared)]
}

/** Sums of all elements up to each along an axis. */
export const cumulativeCalls = (ordered: Ordered, written: Id): ReadonlyArray<KernelCall> => {
  const { graph } = ordered
  const { inputs, attrs } = graph.nodes[written] as Node
  const [from] = inputs as readonly [Id]
  const { axis, reverse } = attrs as { readonly axis: number; readonly reverse: boolean }
  const { dtype, shape } = typeOf(graph, written)
  const strides = Shape.strides(shape)
  const last = (shape[axis] as number) - 1
  const compose: ComposeStore = (at, elements, trace) => {
    const step = at[axis] as Index
    const along = reverse ? add(constant(last), scale(step, -1)) : step
    const place = placeOf(
      at.map((coordinate, which) => (which === axis ? along : coordinate)),
      strides
    )
    const before = add(step, constant(-1))
    const condition: Condition = { kind: "within", index: before, low: 0, high: last + 1 }
    const known = decided(condition)
    const zero = elements.number(dtype, 0)
    const previous = (index: Index): Element =>
      elements.load(
        dtype,
        written,
        placeOf(
          at.map((coordinate, which) =>
            which === axis ? (reverse ? add(constant(last), scale(index, -1)) : index) : coordinate
          ),
          strides
        )
      )
    const sum =
      known === false
        ? zero
        : known === true
          ? previous(before)
          : elements.choice([condition], previous(guarded(before, [condition])), zero)
    return { place, element: elements.operation(dtype, "add", [sum, trace(from, place)]) }
  }
  return storing(ordered, written, shape, compose, false)
}
