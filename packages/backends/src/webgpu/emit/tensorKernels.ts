import type { DType } from "@residual/core"
import type { Graph, Id, Region, Segment } from "@residual/graph"
import { type Element, makeElements } from "../../kernel/element.ts"
import { type Loop, ofLoop } from "../../kernel/indexExpression.ts"
import { type Nest, rootsOf, type Store } from "../../kernel/nest.ts"
import { walkNests } from "../../kernel/regionNests.ts"
import { visitElements } from "../../kernel/visitIndices.ts"
import type { Kernel, KernelTensor, KernelValue, SharedMemory, ValueAccess } from "../wgsl/kernel.ts"
import { elementTexts, type Known, loopsOf } from "./elementText.ts"
import { type KernelValues, kernelValues, unwritten } from "./kernelValues.ts"
import { block } from "./loopText.ts"
import { type NestOptions, passText, rowStoresText, type Writing, widthOf } from "./nestKernels.ts"
import { type RowPlan, usualThreads } from "./rowPlan.ts"

/** Elements of a tensor that one workgroup computes, or reduces. */
const span = { elementwise: 4 * usualThreads, reduction: 64 * usualThreads }

/** A multi-tensor region by the nest of one of its tensors, which stands for all. */
interface Pattern {
  readonly nest: Nest
  readonly segment: Segment
  readonly loop: Loop | undefined
  readonly region: Region
}

/**
 * The kernels of a region that computes the same on many tensors: one that walks all of them, or, for sums, one for parts
 * of them and one for what came of the parts. `undefined` for a computation that no tensor can stand for.
 */
export const tensorKernels = (
  graph: Graph,
  region: Region,
  options: NestOptions
): ReadonlyArray<Kernel> | undefined => {
  const pattern = patternOf(graph, region)
  if (pattern === undefined) return undefined
  const [pass, ...others] = pattern.nest.passes
  if (pass === undefined || others.length > 0) return undefined
  if (pass.reductions.length === 0) return isElementwise(pattern) ? [elementwiseKernel(pattern, options)] : undefined
  return pass.stores.length === 0 ? reductionKernels(pattern, options) : undefined
}

const patternOf = (graph: Graph, region: Region): Pattern | undefined => {
  const [segment] = [...region.segments].sort((a, b) => b.elements - a.elements)
  if (segment === undefined) return undefined
  const { nodes, writes, elements, reads } = segment
  const varying = region.varying.map((at) => nodes[at] as Id)
  const walk = { nodes, writes, space: [elements], axes: region.axes }
  const [nest, ...others] = walkNests(graph, walk, [...reads, ...region.scalars, ...varying], true)
  if (nest === undefined || others.length > 0 || nest.kept.length + nest.reduced.length > 1) return undefined
  const loop = nest.kept[0] ?? nest.reduced[0]
  return isFlat(nest, segment, loop) ? { nest, segment, loop, region } : undefined
}

/** Whether a nest reads its tensors, and stores to them, at the element that it is at. */
const isFlat = (nest: Nest, { reads, writes }: Segment, loop: Loop | undefined): boolean => {
  let isSo = true
  const isHere = ({ terms, constant }: Store["place"]): boolean =>
    constant === 0 &&
    (loop === undefined
      ? terms.length === 0
      : terms.length === 1 && terms[0]?.coefficient === 1 && terms[0].atom.kind === "loop")
  visitElements(rootsOf(nest), (element) => {
    if (element.kind === "index" || element.kind === "choice" || element.kind === "random") isSo = false
    if (element.kind === "load" && reads.includes(element.read) && !isHere(element.index)) isSo = false
  })
  for (const { id, place } of nest.passes.flatMap(({ stores }) => stores)) {
    if (!writes.includes(id) || !isHere(place)) isSo = false
  }
  return isSo
}

const isElementwise = ({ nest }: Pattern): boolean => nest.rowStores.length === 0 && nest.reduced.length === 0

const bitsOf = (dtype: DType.DType, value: number): number =>
  dtype === "f32" ? (new Int32Array(Float32Array.of(value).buffer)[0] as number) : value | 0

const wordText = (dtype: DType.DType, word: string): string => {
  if (dtype === "i32") return word
  return dtype === "bool" ? `(${word} != 0)` : `bitcast<${dtype}>(${word})`
}

/** How a body finds what a tensor has: the positions of its values, and its attributes behind `before` other words. */
interface TensorAccess {
  readonly positions: ReadonlyArray<Pick<KernelValue, "dtype" | "access">>
  readonly load: (element: Element & { readonly kind: "load" }, index: string, access: ValueAccess) => string
  readonly store: (store: Store, index: string, text: string, access: ValueAccess) => string
}

/** Numbers for everything that a kernel needs: shared values first, which must all be known before positions are. */
const tensorAccess = (
  pattern: Pattern,
  values: KernelValues,
  roots: ReadonlyArray<Element>,
  stores: ReadonlyArray<Store>,
  before: number
): TensorAccess => {
  const { segment, region } = pattern
  const varying = region.varying.map((at) => segment.nodes[at] as Id)
  const own = new Map<Id, { readonly dtype: DType.DType; reads: boolean; writes: boolean }>()
  const note = (id: Id, dtype: DType.DType, how: "reads" | "writes"): void => {
    const known = own.get(id) ?? { dtype, reads: false, writes: false }
    known[how] = true
    own.set(id, known)
  }
  visitElements(roots, (element) => {
    if (element.kind !== "load" || varying.includes(element.read)) return
    if (segment.reads.includes(element.read)) note(element.read, element.dtype, "reads")
    else values.read(element.read, element.dtype)
  })
  for (const { id, element } of stores) {
    if (segment.writes.includes(id)) note(id, element.dtype, "writes")
    else values.write(id, element.dtype)
  }
  const ids = [...own.keys()]
  const numberOf = (id: Id): number => values.all().length + ids.indexOf(id)
  return {
    positions: [...own.values()].map(({ dtype, reads, writes }) => ({
      dtype,
      access: reads && writes ? "both" : reads ? "read" : "write"
    })),
    load: ({ read, dtype }, index, access) => {
      const attribute = varying.indexOf(read)
      if (attribute >= 0) return wordText(dtype, access.word(before + attribute))
      return access.load(own.has(read) ? numberOf(read) : values.read(read, dtype), index)
    },
    store: ({ id, element }, index, text, access) =>
      access.store(own.has(id) ? numberOf(id) : values.write(id, element.dtype), index, text)
  }
}

/** What each tensor has at the positions that the pattern's tensor has something at. */
const tensorsOf = (
  pattern: Pattern,
  roots: ReadonlyArray<Element>,
  stores: ReadonlyArray<Store>,
  words: (segment: Segment, at: number) => ReadonlyArray<number>,
  groups: (segment: Segment, at: number) => KernelTensor["groups"],
  graphTypes: (id: Id) => DType.DType
): ReadonlyArray<KernelTensor> => {
  const { segment: model, region } = pattern
  const varying = region.varying.map((at) => model.nodes[at] as Id)
  const ids = new Set<Id>()
  visitElements(roots, (element) => {
    if (element.kind === "load" && !varying.includes(element.read) && model.reads.includes(element.read)) {
      ids.add(element.read)
    }
  })
  for (const { id } of stores) if (model.writes.includes(id)) ids.add(id)
  const places = [...ids].map((id): readonly ["reads" | "writes", number] => {
    const read = model.reads.indexOf(id)
    return read >= 0 ? ["reads", read] : ["writes", model.writes.indexOf(id)]
  })
  return region.segments.map((segment, at) => ({
    values: places.map(([where, place]) => segment[where][place] as Id),
    words: [
      ...words(segment, at),
      ...segment.attributes.map((value, which) => bitsOf(graphTypes(varying[which] as Id), value))
    ],
    groups: groups(segment, at)
  }))
}

const attributeTypes = (roots: ReadonlyArray<Element>): ((id: Id) => DType.DType) => {
  const dtypes = new Map<Id, DType.DType>()
  visitElements(roots, (element) => {
    if (element.kind === "load") dtypes.set(element.read, element.dtype)
  })
  return (id) => dtypes.get(id) ?? "f32"
}

const elementwiseKernel = (pattern: Pattern, { scratch, renamed }: NestOptions): Kernel => {
  const { nest, loop } = pattern
  const roots = rootsOf(nest)
  const stores = nest.passes.flatMap((pass) => pass.stores)
  const values = kernelValues(scratch, renamed)
  const own = tensorAccess(pattern, values, roots, stores, 1)
  const functions = new Set<string>()
  const loops = loopsOf(roots)
  const body = (access: ValueAccess): string => {
    let variables = 0
    const texts = elementTexts(roots, {
      loop: () => "at",
      load: (element, index) => own.load(element, index, access),
      functions,
      fresh: () => `e${variables++}`
    })
    const known: Known = new Map()
    const fixed: Array<Element> = []
    visitElements(roots, (element) => {
      const isFixed = loop !== undefined && loops.get(element)?.has(loop) === false
      if (isFixed && element.kind !== "number") fixed.push(element)
    })
    const before = texts.compute(fixed, known)
    const inner: Known = new Map(known)
    return [
      ...before,
      `let last = min(first + ${span.elementwise}, ${access.word(0)});`,
      ...block(`for (var at = first + thread; at < last; at += ${usualThreads})`, [
        ...texts.compute(roots, inner),
        ...stores.map((store) =>
          own.store(store, texts.index(store.place, inner), texts.text(store.element, inner), access)
        )
      ])
    ].join("\n")
  }
  body(unwritten)
  let chunk = 0
  const groups = ({ elements }: Segment): KernelTensor["groups"] =>
    Array.from({ length: Math.ceil(elements / span.elementwise) }, (_, at) => ({
      first: at * span.elementwise,
      chunk: chunk++
    }))
  const each = tensorsOf(pattern, roots, stores, ({ elements }) => [elements], groups, attributeTypes(roots))
  return {
    name: "tensors",
    values: values.all(),
    tensors: { positions: own.positions, each },
    threads: usualThreads,
    groups: chunk,
    shared: [],
    functions,
    body
  }
}

const plan: RowPlan = {
  rows: 1,
  length: 0,
  threads: usualThreads,
  rowsTogether: 1,
  perRow: usualThreads,
  isByColumns: false,
  parts: 1,
  turns: 1
}

/** One workgroup for each row: a part of a tensor, or the parts of one. */
const rowKernel = (
  name: string,
  pattern: Pattern,
  nest: Nest,
  before: number,
  range: (access: ValueAccess) => Writing["range"],
  nameOf: (loop: Loop) => string,
  { scratch, renamed, subgroupSize, sharedBytes }: NestOptions,
  words: (segment: Segment, at: number) => ReadonlyArray<number>,
  groups: (segment: Segment, at: number) => KernelTensor["groups"]
): Kernel => {
  const roots = rootsOf(nest)
  const values = kernelValues(scratch, renamed)
  const own = tensorAccess(pattern, values, roots, nest.rowStores, before)
  const functions = new Set<string>()
  const shared: Array<SharedMemory> = []
  const body = (access: ValueAccess): string => {
    let variables = 0
    const fresh = (): string => `e${variables++}`
    const texts = elementTexts(roots, {
      loop: nameOf,
      load: (element, index) => own.load(element, index, access),
      functions,
      fresh
    })
    const store = (each: Store, known: Known): string =>
      own.store(each, texts.index(each.place, known), texts.text(each.element, known), access)
    const width = widthOf(plan, subgroupSize)
    const parts = { nest, plan, range: range(access), width, sharedBytes, texts, functions, shared, nameOf }
    const writing: Writing = { ...parts, store, fresh }
    const known: Known = new Map()
    return [
      "let lane = thread;",
      ...nest.passes.flatMap((pass, at) => passText(writing, pass, at, known)),
      ...rowStoresText(writing, known)
    ].join("\n")
  }
  body(unwritten)
  const each = tensorsOf(pattern, roots, nest.rowStores, words, groups, attributeTypes(roots))
  return {
    name,
    values: values.all(),
    tensors: { positions: own.positions, each },
    threads: usualThreads,
    groups: each.reduce((count, tensor) => count + tensor.groups.length, 0),
    shared: [...new Map(shared.map((memory) => [memory.name, memory])).values()],
    ...(widthOf(plan, subgroupSize) > 1 ? { usesSubgroups: true } : {}),
    functions,
    body
  }
}

const reductionKernels = (pattern: Pattern, options: NestOptions): ReadonlyArray<Kernel> => {
  const { nest, loop, region } = pattern
  const [pass] = nest.passes as readonly [Nest["passes"][number]]
  const counts = region.segments.map(({ elements }) => Math.max(1, Math.ceil(elements / span.reduction)))
  const total = counts.reduce((sum, count) => sum + count, 0)
  const starts = counts.map((_, at) => counts.slice(0, at).reduce((sum, count) => sum + count, 0))
  const partials = pass.reductions.map(() => options.scratch.take(4 * total))
  const free = (loop?.id ?? 0) + 1
  const [chunk, part]: readonly [Loop, Loop] = [
    { id: free, size: total },
    { id: free + 1, size: total }
  ]
  const elements = makeElements()
  const partial: Nest = {
    kept: [],
    reduced: nest.reduced,
    passes: nest.passes,
    rowStores: pass.reductions.map(({ id, element }, at) => ({
      id: partials[at] as Id,
      place: ofLoop(chunk),
      element: elements.reduced(element.dtype, id)
    }))
  }
  const finish: Nest = {
    kept: [],
    reduced: [part],
    passes: [
      {
        reductions: pass.reductions.map(({ id, op, element }, at) => ({
          id,
          op,
          element: elements.load(element.dtype, partials[at] as Id, ofLoop(part))
        })),
        stores: []
      }
    ],
    rowStores: nest.rowStores
  }
  return [
    rowKernel(
      "tensors, by parts",
      pattern,
      partial,
      1,
      (access) => ({ first: "first + lane", last: `min(first + ${span.reduction}, ${access.word(0)})` }),
      (counter) => (counter === chunk ? "chunk" : "r"),
      options,
      ({ elements: count }) => [count],
      (_, at) =>
        Array.from({ length: counts[at] as number }, (_, which) => ({
          first: which * span.reduction,
          chunk: (starts[at] as number) + which
        }))
    ),
    rowKernel(
      "tensors",
      pattern,
      finish,
      2,
      (access) => ({ first: `${access.word(0)} + lane`, last: access.word(1) }),
      () => "r",
      options,
      (_, at) => [starts[at] as number, (starts[at] as number) + (counts[at] as number)],
      (_, at) => [{ first: 0, chunk: at }]
    )
  ]
}
