import { Shape } from "@residual/core"
import type { Graph, Id, Node, Region } from "@residual/graph"
import type { Element } from "../../kernel/element.ts"
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
import { type Nest, nestsOf, rootsOf } from "../../kernel/nest.ts"
import { tracing } from "../../kernel/traceElements.ts"
import { visitElements } from "../../kernel/visitIndices.ts"
import { bare } from "../wgsl/bare.ts"
import type { Kernel, ValueAccess } from "../wgsl/kernel.ts"
import { elementTexts, type Known } from "./elementText.ts"
import { kernelValues, unwritten } from "./kernelValues.ts"
import { block, counterNames, countersText } from "./loopText.ts"
import { type NestOptions, nestKernels } from "./nestKernels.ts"
import { usualThreads } from "./rowPlan.ts"

const shapeOf = ({ nodes }: Graph, id: Id): Shape.Shape => (nodes[id] as Node).types[0]?.shape ?? []

/**
 * A value with a part replaced that starts at a computed place: the part alone is stored where the value is changed in
 * its memory, and all of it otherwise.
 */
export const updateSliceKernels = (
  graph: Graph,
  region: Region,
  written: Id,
  isInPlace: boolean,
  options: NestOptions
): ReadonlyArray<Kernel> => {
  if (Shape.size(shapeOf(graph, written)) === 0) return []
  if (!isInPlace) return wholeNests(graph, region, written).flatMap((nest) => nestKernels(nest, options))
  return partNests(graph, region, written).map(({ nest, conditions }) => partKernel(nest, conditions, options))
}

const startOf = (trace: (id: Id, place: Index) => Element, start: Id, axis: number): Index =>
  computed(trace(start, constant(axis)))

const wholeNests = (graph: Graph, region: Region, written: Id): ReadonlyArray<Nest> => {
  const [whole, update, start] = (graph.nodes[written] as Node).inputs as readonly [Id, Id, Id]
  const [shape, part] = [shapeOf(graph, written), shapeOf(graph, update)]
  return nestsOf(
    shape,
    [],
    (at, elements) => {
      const trace = tracing({ graph, reads: new Set(region.reads), elements, replaced: () => undefined })
      const place = placeOf(at, Shape.strides(shape))
      const before = trace(whole, place)
      if (Shape.size(part) === 0) {
        return { passes: [{ reductions: [], stores: [{ id: written, place, element: before }] }], rowStores: [] }
      }
      const moved = at.map((coordinate, axis) => add(coordinate, scale(startOf(trace, start, axis), -1)))
      const conditions = moved.map(
        (index, axis): Condition => ({ kind: "within", index, low: 0, high: part[axis] as number })
      )
      const after = trace(
        update,
        placeOf(
          moved.map((index) => guarded(index, conditions)),
          Shape.strides(part)
        )
      )
      const element = conditions.length === 0 ? after : elements.choice(conditions, after, before)
      return { passes: [{ reductions: [], stores: [{ id: written, place, element }] }], rowStores: [] }
    },
    true
  )
}

const partNests = (
  graph: Graph,
  region: Region,
  written: Id
): ReadonlyArray<{ readonly nest: Nest; readonly conditions: ReadonlyArray<Element> }> => {
  const [, update, start] = (graph.nodes[written] as Node).inputs as readonly [Id, Id, Id]
  const [shape, part] = [shapeOf(graph, written), shapeOf(graph, update)]
  if (Shape.size(part) === 0) return []
  // Whether an element is stored is computed beside it, as a row's own value that goes nowhere.
  const nests = nestsOf(
    part,
    [],
    (at, elements) => {
      const trace = tracing({ graph, reads: new Set(region.reads), elements, replaced: () => undefined })
      const moved = at.map((coordinate, axis) => add(coordinate, startOf(trace, start, axis)))
      const conditions = moved
        .map((index, axis): Condition => ({ kind: "within", index, low: 0, high: shape[axis] as number }))
        .filter((condition) => decided(condition) !== true)
      const place = placeOf(moved, Shape.strides(shape))
      const element = trace(update, placeOf(at, Shape.strides(part)))
      const isInside = elements.choice(conditions, elements.number("bool", 1), elements.number("bool", 0))
      return {
        passes: [{ reductions: [], stores: [{ id: written, place, element }] }],
        rowStores: [{ id: written, place: constant(0), element: isInside }]
      }
    },
    true
  )
  return nests.map((nest) => ({ nest, conditions: nest.rowStores.map(({ element }) => element) }))
}

const partKernel = (
  nest: Nest,
  conditions: ReadonlyArray<Element>,
  { scratch, threads = usualThreads }: NestOptions
): Kernel => {
  const rows = nest.kept.reduce((product, { size }) => product * size, 1)
  const values = kernelValues(scratch)
  const roots = rootsOf(nest)
  visitElements(roots, (element) => {
    if (element.kind === "load") values.read(element.read, element.dtype)
  })
  const stores = nest.passes.flatMap((pass) => pass.stores)
  for (const { id, element } of stores) values.write(id, element.dtype)
  const functions = new Set<string>()
  const nameOf = counterNames(nest.kept, [])
  const body = (access: ValueAccess): string => {
    let variables = 0
    const texts = elementTexts(roots, {
      loop: nameOf,
      load: (element, index) => access.load(values.read(element.read, element.dtype), index),
      functions,
      fresh: () => `e${variables++}`
    })
    const known: Known = new Map()
    const lines = [
      ...countersText(nest.kept, "row", nameOf),
      ...texts.compute([...conditions, ...stores.map(({ element }) => element)], known),
      ...block(`if (${bare(conditions.map((condition) => texts.text(condition, known)).join(" && "))})`, [
        ...stores.map(({ id, place, element }) =>
          access.store(values.write(id, element.dtype), texts.index(place, known), texts.text(element, known))
        )
      ])
    ]
    return [`let row = group * ${threads} + thread;`, ...block(`if (row < ${rows})`, lines)].join("\n")
  }
  body(unwritten)
  return {
    name: "update slice",
    values: values.all(),
    threads,
    groups: Math.ceil(rows / threads),
    shared: [],
    functions,
    body
  }
}
