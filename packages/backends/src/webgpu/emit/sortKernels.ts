import { DType, Shape } from "@residual/core"
import type { Graph, Id, Node, Region } from "@residual/graph"
import { readLayout } from "@residual/graph"
import type { Kernel, ValueAccess } from "../wgsl/kernel.ts"
import { kernelValues, unwritten } from "./kernelValues.ts"
import { block } from "./loopText.ts"
import type { RegionScratch } from "./regionScratch.ts"

/** So many elements are sorted by counting, for each, those that come before it; longer rows are then merged. */
const blockLength = 512

const threads = 256

interface Sorting {
  readonly dtype: DType.DType
  readonly read: Id
  readonly values: Id | undefined
  readonly indices: Id | undefined
  readonly rows: number
  readonly length: number
  readonly limit: number
  readonly descending: boolean
}

/** The kernels of a sort along the last axis: elements that are equal stay in order, and NaN comes last. */
export const sortKernels = (graph: Graph, region: Region, sort: Id, scratch: RegionScratch): ReadonlyArray<Kernel> => {
  const { inputs, attrs } = graph.nodes[sort] as Node
  const { dtype, shape } = (graph.nodes[inputs[0] as Id] as Node).types[0] as {
    readonly dtype: DType.DType
    readonly shape: Shape.Shape
  }
  const { descending, limit } = attrs as { readonly descending: boolean; readonly limit: number }
  const outputOf = (output: number): Id | undefined =>
    region.writes.find((id) => graph.nodes[id]?.attrs["output"] === output)
  const [rows, length] = [Shape.size(shape.slice(0, -1)), shape.at(-1) as number]
  const read = readLayout(graph, region, inputs[0] as Id)?.read as Id
  const sorting: Sorting = { dtype, read, values: outputOf(0), indices: outputOf(1), rows, length, limit, descending }
  if (rows * length * limit === 0) return []
  if (length <= blockLength) return [rankKernel(sorting, undefined, scratch)]
  const orders = [scratch.take(4 * rows * length), scratch.take(4 * rows * length)] as const
  const kernels = [rankKernel(sorting, orders[0], scratch)]
  let turn = 0
  for (let run = blockLength; run < length; run *= 2) {
    const to = 2 * run < length ? orders[1 - turn] : undefined
    kernels.push(mergeKernel(sorting, run, orders[turn] as Id, to, scratch))
    turn = 1 - turn
  }
  return kernels
}

/** Whether an element must come before another, wherever the two are. */
const mustPrecede = (a: string, b: string, { dtype, descending }: Sorting, functions: Set<string>): string => {
  const [low, high] = descending ? [b, a] : [a, b]
  if (dtype === "bool") return `(!${low} && ${high})`
  if (!DType.isFloat(dtype)) return `(${low} < ${high})`
  functions.add("is_nan").add("less_f32")
  return `(less_f32(${low}, ${high}) || (is_nan(${b}) && !is_nan(${a})))`
}

/** Where what a place of the sorted row holds goes to: the next order, or the results, as far as they are wanted. */
const placeText = (
  sorting: Sorting,
  order: Id | undefined,
  values: ReturnType<typeof kernelValues>,
  access: ValueAccess,
  element: string
): ReadonlyArray<string> => {
  const { dtype, length, limit } = sorting
  if (order !== undefined) return [access.store(values.write(order, "i32"), `row * ${length} + place`, "at")]
  const stores = [
    ...(sorting.values === undefined
      ? []
      : [access.store(values.write(sorting.values, dtype), `row * ${limit} + place`, element)]),
    ...(sorting.indices === undefined
      ? []
      : [access.store(values.write(sorting.indices, "i32"), `row * ${limit} + place`, "at")])
  ]
  return block(`if (place < ${limit})`, stores)
}

const kernelOf = (
  name: string,
  { rows, length }: Sorting,
  scratch: RegionScratch,
  body: (access: ValueAccess, values: ReturnType<typeof kernelValues>, functions: Set<string>) => ReadonlyArray<string>
): Kernel => {
  const values = kernelValues(scratch)
  const functions = new Set<string>()
  const elements = rows * length
  const text = (access: ValueAccess): string =>
    [
      `let number = group * ${threads} + thread;`,
      ...block(`if (number < ${elements})`, [
        `let row = number / ${length};`,
        `let own = number % ${length};`,
        ...body(access, values, functions)
      ])
    ].join("\n")
  text(unwritten)
  return {
    name,
    values: values.all(),
    threads,
    groups: Math.ceil(elements / threads),
    shared: [],
    functions,
    body: text
  }
}

const rankKernel = (sorting: Sorting, order: Id | undefined, scratch: RegionScratch): Kernel =>
  kernelOf("sort", sorting, scratch, (access, values, functions) => {
    const { dtype, read, length } = sorting
    const value = (at: string): string => access.load(values.read(read, dtype), `row * ${length} + ${at}`)
    return [
      `let first = (own / ${blockLength}) * ${blockLength};`,
      `let key = ${value("own")};`,
      "var place = first;",
      ...block(`for (var other = first; other < min(${length}, first + ${blockLength}); other++)`, [
        `let rival = ${value("other")};`,
        `let isBefore = ${mustPrecede("rival", "key", sorting, functions)};`,
        `let isAfter = ${mustPrecede("key", "rival", sorting, functions)};`,
        "place += select(0, 1, isBefore || (!isAfter && other < own));"
      ]),
      "let at = own;",
      ...placeText(sorting, order, values, access, "key")
    ]
  })

/** Merges runs in pairs: each element finds by bisection how many of the other run come before it. */
const mergeKernel = (sorting: Sorting, run: number, from: Id, to: Id | undefined, scratch: RegionScratch): Kernel =>
  kernelOf("merge", sorting, scratch, (access, values, functions) => {
    const { dtype, read, length } = sorting
    const order = (at: string): string => access.load(values.read(from, "i32"), `row * ${length} + ${at}`)
    const value = (at: string): string => access.load(values.read(read, dtype), `row * ${length} + ${at}`)
    return [
      `let pair = (own / ${2 * run}) * ${2 * run};`,
      `let isLeft = own < pair + ${run};`,
      `let first = select(pair, min(pair + ${run}, ${length}), isLeft);`,
      `let last = select(min(pair + ${run}, ${length}), min(pair + ${2 * run}, ${length}), isLeft);`,
      `let at = ${order("own")};`,
      `let key = ${value("at")};`,
      "var low = first;",
      "var high = last;",
      ...block("while (low < high)", [
        "let middle = (low + high) / 2;",
        `let rival = ${value(order("middle"))};`,
        `let isBefore = ${mustPrecede("rival", "key", sorting, functions)};`,
        `let isAfter = ${mustPrecede("key", "rival", sorting, functions)};`,
        // Of equals, those of the left run come first.
        "if (isBefore || (!isAfter && !isLeft)) { low = middle + 1; } else { high = middle; }"
      ]),
      `let place = select(own - ${run}, own, isLeft) + low - first;`,
      ...placeText(sorting, to, values, access, "key")
    ]
  })
