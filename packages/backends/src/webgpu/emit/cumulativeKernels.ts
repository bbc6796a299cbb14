import { Shape } from "@residual/core"
import type { Graph, Id, Node, Region } from "@residual/graph"
import { add, constant, type Index, placeOf, scale } from "../../kernel/indexExpression.ts"
import { type Nest, nestsOf, rootsOf } from "../../kernel/nest.ts"
import { tracing } from "../../kernel/traceElements.ts"
import { visitElements } from "../../kernel/visitIndices.ts"
import type { Kernel, ValueAccess } from "../wgsl/kernel.ts"
import { scalarText } from "../wgsl/scalar.ts"
import { elementTexts, type Known } from "./elementText.ts"
import { kernelValues, unwritten } from "./kernelValues.ts"
import { block, counterNames, countersText } from "./loopText.ts"
import type { NestOptions } from "./nestKernels.ts"
import { usualThreads } from "./rowPlan.ts"

/** Sums of all elements up to each along an axis: a workgroup for each row, a run of neighbours for each invocation. */
export const cumulativeKernels = (
  graph: Graph,
  region: Region,
  written: Id,
  options: NestOptions
): ReadonlyArray<Kernel> =>
  cumulativeNests(graph, region, written).flatMap((nest) =>
    nest.kept.every(({ size }) => size > 0) ? [cumulativeKernel(nest, written, options)] : []
  )

/** The rows, and in them the steps of the sum; what is stored is `reduced`: the sum so far. */
const cumulativeNests = (graph: Graph, region: Region, written: Id): ReadonlyArray<Nest> => {
  const { inputs, attrs, types } = graph.nodes[written] as Node
  const [from] = inputs as readonly [Id]
  const { axis, reverse } = attrs as { readonly axis: number; readonly reverse: boolean }
  const { dtype, shape } = types[0] as { readonly dtype: "f32"; readonly shape: Shape.Shape }
  if (Shape.size(shape) === 0) return []
  const last = (shape[axis] as number) - 1
  return nestsOf(shape, [axis], (at, elements) => {
    const trace = tracing({ graph, reads: new Set(region.reads), elements, replaced: () => undefined })
    const step = at[axis] as Index
    const along = reverse ? add(constant(last), scale(step, -1)) : step
    const place = placeOf(
      at.map((coordinate, which) => (which === axis ? along : coordinate)),
      Shape.strides(shape)
    )
    return {
      passes: [
        {
          reductions: [{ id: written, op: "sum", element: trace(from, place) }],
          stores: [{ id: written, place, element: elements.reduced(dtype, written) }]
        }
      ],
      rowStores: []
    }
  })
}

const cumulativeKernel = (nest: Nest, written: Id, { scratch }: NestOptions): Kernel => {
  const [pass] = nest.passes
  const [reduction] = pass?.reductions ?? []
  const [store] = pass?.stores ?? []
  if (reduction === undefined || store === undefined) throw new Error("a cumulative sum stores what it sums")
  const { dtype } = reduction.element
  const length = nest.reduced.reduce((product, { size }) => product * size, 1)
  const rows = nest.kept.reduce((product, { size }) => product * size, 1)
  const run = Math.ceil(length / usualThreads)
  const start = run === 1 ? "thread" : `thread * ${run}`
  const values = kernelValues(scratch)
  visitElements(rootsOf(nest), (element) => {
    if (element.kind === "load") values.read(element.read, element.dtype)
  })
  values.write(written, dtype)
  const functions = new Set<string>()
  const nameOf = counterNames(nest.kept, nest.reduced)
  const body = (access: ValueAccess): string => {
    let variables = 0
    const texts = elementTexts(rootsOf(nest), {
      loop: nameOf,
      load: (element, index) => access.load(values.read(element.read, element.dtype), index),
      functions,
      fresh: () => `e${variables++}`
    })
    const steps = (inside: (known: Known) => ReadonlyArray<string>): ReadonlyArray<string> => {
      const known: Known = new Map()
      return block(`for (var r = ${start}; r < min(${length}, ${start} + ${run}); r++)`, [
        ...countersText(nest.reduced, "r", nameOf),
        ...texts.compute([reduction.element], known),
        `sum = sum + ${texts.text(reduction.element, known)};`,
        ...inside(known)
      ])
    }
    const sumOf = (known: Known): Known => new Map([...known, [store.element, "sum"]])
    return [
      ...countersText(nest.kept, "group", nameOf),
      `var sum = ${scalarText(dtype, 0)};`,
      ...steps(() => []),
      "runs[thread] = sum;",
      "workgroupBarrier();",
      `sum = ${scalarText(dtype, 0)};`,
      ...block("for (var k = 0; k < thread; k++)", ["sum = sum + runs[k];"]),
      ...steps((known) => [
        access.store(
          values.write(written, dtype),
          texts.index(store.place, known),
          texts.text(store.element, sumOf(known))
        )
      ])
    ].join("\n")
  }
  body(unwritten)
  return {
    name: "cumulative sum",
    values: values.all(),
    threads: usualThreads,
    groups: rows,
    shared: [{ name: "runs", type: `array<${dtype}, ${usualThreads}>`, bytes: 4 * usualThreads }],
    functions,
    body
  }
}
