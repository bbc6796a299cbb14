import { DType, Shape } from "@residual/core"
import type { Graph, Id, Node } from "@residual/graph"
import type { Element, Elements } from "./element.ts"
import {
  add,
  type Condition,
  computed,
  constant,
  coordinatesOf,
  decided,
  guarded,
  type Index,
  placeOf,
  quotient
} from "./indexExpression.ts"

/** Finds how a node of a region is computed at a place: the number of an element in row-major order. */
export type TraceElement = (id: Id, place: Index) => Element

/** What a trace knows of its region. */
export interface Traced {
  readonly graph: Graph
  readonly reads: ReadonlySet<Id>
  readonly elements: Elements
  /** Stands for a node that the region computes otherwise: a reduction, a product. `undefined` for the others. */
  readonly replaced: (id: Id, place: Index) => Element | undefined
}

/**
 * Turns nodes of a region into elements: views become other indices, conditions on them, or nothing at all, and only
 * arithmetic remains.
 */
export const tracing = ({ graph, reads, elements, replaced }: Traced): TraceElement => {
  const known = new Map<string, Element>()
  const shapeOf = (id: Id): Shape.Shape => (graph.nodes[id] as Node).types[0]?.shape ?? []
  const dtypeOf = (id: Id): DType.DType => (graph.nodes[id] as Node).types[0]?.dtype ?? "f32"

  const trace: TraceElement = (id, place) => {
    const key = `${id}@${place.key}`
    const before = known.get(key)
    if (before !== undefined) return before
    const element = reads.has(id)
      ? elements.load(dtypeOf(id), id, place)
      : (replaced(id, place) ?? traceNode(graph.nodes[id] as Node, place))
    known.set(key, element)
    return element
  }

  const otherwise = (dtype: DType.DType, outside: number): Element =>
    elements.number(dtype, DType.isFloat(dtype) ? outside : 0)

  /** An element where conditions hold that are not decided already; it is traced at indices that are legal everywhere. */
  const chosen = (
    conditions: ReadonlyArray<Condition>,
    inside: (guard: (index: Index) => Index) => Element,
    outside: Element
  ): Element => {
    const open = conditions.filter((condition) => decided(condition) !== true)
    if (open.some((condition) => decided(condition) === false)) return outside
    if (open.length === 0) return inside((index) => index)
    return elements.choice(
      open,
      inside((index) => (dependsOn(index, open) ? guarded(index, open) : index)),
      outside
    )
  }

  const traceNode = (node: Node, place: Index): Element => {
    const { op, inputs, attrs } = node
    const type = node.types[0] as { readonly dtype: DType.DType; readonly shape: Shape.Shape }
    const [first, second] = inputs as readonly [Id, Id]
    const at = (): ReadonlyArray<Index> => coordinatesOf(place, type.shape)
    switch (op) {
      case "constant":
        return elements.number(type.dtype, (attrs["values"] as ReadonlyArray<number>)[0] as number)
      case "iota":
        return elements.index(type.dtype, at()[attrs["axis"] as number] as Index)
      case "reshape":
      case "barrier":
      case "stopGradient":
        return trace(first, place)
      case "broadcast": {
        const from = shapeOf(first)
        const strides = Shape.strides(from).map((stride, axis) => (from[axis] === 1 ? 0 : stride))
        return trace(first, placeOf(at(), strides))
      }
      case "transpose": {
        const strides = Shape.strides(shapeOf(first))
        const permuted = (attrs["permutation"] as Shape.Shape).map((axis) => strides[axis] as number)
        return trace(first, placeOf(at(), permuted))
      }
      case "slice": {
        const { starts, steps } = attrs as { readonly starts: Shape.Shape; readonly steps: Shape.Shape }
        const strides = Shape.strides(shapeOf(first))
        const start = strides.reduce((sum, stride, axis) => sum + stride * (starts[axis] as number), 0)
        const stepped = strides.map((stride, axis) => stride * (steps[axis] as number))
        return trace(first, add(constant(start), placeOf(at(), stepped)))
      }
      case "window": {
        const { sizes, strides, dilations } = attrs as {
          readonly sizes: Shape.Shape
          readonly strides: Shape.Shape
          readonly dilations: Shape.Shape
        }
        const steps = Shape.strides(shapeOf(first))
        const outer = steps.length - sizes.length
        const inner = steps.slice(outer)
        return trace(
          first,
          placeOf(at(), [
            ...steps.slice(0, outer),
            ...inner.map((step, axis) => step * (strides[axis] as number)),
            ...inner.map((step, axis) => step * (dilations[axis] as number))
          ])
        )
      }
      case "pad":
        return tracePad(node, first, at())
      case "concat":
        return traceConcat(node, at())
      case "gather":
        return traceGather(node, first, second, at())
      case "dynamicSlice":
        return traceDynamicSlice(node, first, second, at())
      case "randomBits":
        return elements.random([trace(first, constant(0)), trace(first, constant(1))], place)
      default:
        return elements.operation(
          type.dtype,
          op,
          inputs.map((input) => trace(input, place))
        )
    }
  }

  const tracePad = ({ types, attrs }: Node, from: Id, at: ReadonlyArray<Index>): Element => {
    const { before, interior, value } = attrs as {
      readonly before: Shape.Shape
      readonly interior: Shape.Shape
      readonly value: number
    }
    const shape = shapeOf(from)
    const conditions: Array<Condition> = []
    const moved = at.map((coordinate, axis) => {
      const step = (interior[axis] as number) + 1
      const index = add(coordinate, constant(-(before[axis] as number)))
      const size = shape[axis] as number
      conditions.push({ kind: "within", index, low: 0, high: size === 0 ? 0 : (size - 1) * step + 1 })
      if (step > 1) conditions.push({ kind: "multiple", index, of: step })
      return { index, step }
    })
    const strides = Shape.strides(shape)
    return chosen(
      conditions,
      (guard) =>
        trace(
          from,
          placeOf(
            moved.map(({ index, step }) => quotient(guard(index), step)),
            strides
          )
        ),
      elements.number((types[0] as { readonly dtype: DType.DType }).dtype, value)
    )
  }

  const traceConcat = ({ inputs, attrs }: Node, at: ReadonlyArray<Index>): Element => {
    const axis = attrs["axis"] as number
    const along = at[axis] as Index
    let start = 0
    const parts = inputs.map((from) => {
      const low = start
      start += shapeOf(from)[axis] as number
      return { from, low, high: start }
    })
    const inPart = ({ from, low }: (typeof parts)[number], guard: (index: Index) => Index): Element => {
      const own = at.map((coordinate, which) => (which === axis ? guard(add(along, constant(-low))) : coordinate))
      return trace(from, placeOf(own, Shape.strides(shapeOf(from))))
    }
    const possible = parts.filter(
      ({ low, high }) => high > low && decided({ kind: "within", index: along, low, high }) !== false
    )
    const last = possible.at(-1) ?? (parts[0] as (typeof parts)[number])
    const within = ({ low, high }: (typeof parts)[number]): Condition => ({
      kind: "within",
      index: add(along, constant(-low)),
      low: 0,
      high: high - low
    })
    return possible.slice(0, -1).reduceRight(
      (rest, part) => chosen([within(part)], (guard) => inPart(part, guard), rest),
      chosen([within(last)], (guard) => inPart(last, guard), otherwise(dtypeOf(last.from), 0))
    )
  }

  const traceGather = ({ types, attrs }: Node, from: Id, indices: Id, at: ReadonlyArray<Index>): Element => {
    const { axis, batch, outside } = attrs as {
      readonly axis: number
      readonly batch: number
      readonly outside: number
    }
    const [shape, indexShape] = [shapeOf(from), shapeOf(indices)]
    const beyond = indexShape.length - batch
    const where = [...at.slice(0, batch), ...at.slice(axis, axis + beyond)]
    const found = computed(trace(indices, placeOf(where, Shape.strides(indexShape))))
    const condition: Condition = { kind: "within", index: found, low: 0, high: shape[axis] as number }
    return chosen(
      [condition],
      (guard) =>
        trace(from, placeOf([...at.slice(0, axis), guard(found), ...at.slice(axis + beyond)], Shape.strides(shape))),
      otherwise((types[0] as { readonly dtype: DType.DType }).dtype, outside)
    )
  }

  const traceDynamicSlice = ({ types, attrs }: Node, from: Id, start: Id, at: ReadonlyArray<Index>): Element => {
    const shape = shapeOf(from)
    const moved = at.map((coordinate, axis) => add(coordinate, computed(trace(start, constant(axis)))))
    const conditions = moved.map(
      (index, axis): Condition => ({ kind: "within", index, low: 0, high: shape[axis] as number })
    )
    return chosen(
      conditions,
      (guard) => trace(from, placeOf(moved.map(guard), Shape.strides(shape))),
      otherwise((types[0] as { readonly dtype: DType.DType }).dtype, attrs["outside"] as number)
    )
  }

  return trace
}

/** Whether an index may be illegal where conditions do not hold: one that they are about. */
const dependsOn = (index: Index, conditions: ReadonlyArray<Condition>): boolean =>
  conditions.some((condition) => condition.index.key === index.key)
