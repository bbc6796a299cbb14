import type { DType } from "@residual/core"
import type { Id } from "@residual/graph"
import type { Element } from "../../kernel/element.ts"
import type { Loop } from "../../kernel/indexExpression.ts"
import { type Nest, type Pass, type Reduction, rootsOf, type Store } from "../../kernel/nest.ts"
import { visitElements } from "../../kernel/visitIndices.ts"
import { bare } from "../wgsl/bare.ts"
import type { Kernel, SharedMemory, ValueAccess } from "../wgsl/kernel.ts"
import { scalarType, storedType } from "../wgsl/scalar.ts"
import { type ElementTexts, elementTexts, type Known, loopsOf, reductionsOf } from "./elementText.ts"
import { dividedText, remainingText } from "./indexText.ts"
import { joiningOf } from "./joining.ts"
import { type KernelValues, kernelValues, unwritten } from "./kernelValues.ts"
import { block, counterNames, countersText } from "./loopText.ts"
import { partedNests } from "./partedNests.ts"
import type { RegionScratch } from "./regionScratch.ts"
import { type RowOptions, type RowPlan, rowPlan } from "./rowPlan.ts"

/** How a nest becomes kernels. */
export interface NestOptions extends RowOptions {
  readonly name: string
  /** Bytes that a workgroup may share. */
  readonly sharedBytes: number
  /** Scratch memory of the region, which nests know by negative ids. */
  readonly scratch: RegionScratch
  /** Values that are kept as others. */
  readonly renamed?: ReadonlyMap<Id, Id>
}

/** The kernels of a nest: one, or two where its rows are cut into parts whose results are reduced in turn. */
export const nestKernels = (nest: Nest, options: NestOptions): ReadonlyArray<Kernel> => {
  const plan = rowPlan(nest, options)
  if (plan.rows === 0) return []
  if (plan.parts === 1) return [wholeKernel(nest, plan, options)]
  return partedNests(nest, plan, options.scratch).map((part) =>
    wholeKernel(part, rowPlan(part, { ...options, mostParts: 1 }), options)
  )
}

/** Elements by what they change with. */
interface Analysis {
  readonly isOfRow: (element: Element) => boolean
  readonly isReady: (element: Element, done: ReadonlySet<Id>) => boolean
}

const analysisOf = (nest: Nest): Analysis => {
  const roots = rootsOf(nest)
  const [loops, reductions] = [loopsOf(roots), reductionsOf(roots)]
  const inner = new Set<Loop>(nest.reduced)
  return {
    isOfRow: (element) => ![...(loops.get(element) ?? [])].some((loop) => inner.has(loop)),
    isReady: (element, done) => [...(reductions.get(element) ?? [])].every((id) => done.has(id))
  }
}

/** Everything that is written with in a kernel of a nest. */
export interface Writing {
  readonly nest: Nest
  readonly plan: RowPlan
  /** From which to which element of its row an invocation goes. */
  readonly range: { readonly first: string; readonly last: string }
  /** How many neighbours hand each other what they reduced, within their subgroup; 1 for none. */
  readonly width: number
  /** Bytes that a workgroup may share. */
  readonly sharedBytes: number
  readonly texts: ElementTexts
  readonly functions: Set<string>
  readonly shared: Array<SharedMemory>
  readonly nameOf: (loop: Loop) => string
  readonly store: (store: Store, known: Known) => string
  readonly fresh: () => string
}

const wholeKernel = (nest: Nest, plan: RowPlan, options: NestOptions): Kernel => {
  const { name, scratch, renamed, subgroupSize, sharedBytes } = options
  const values = kernelValues(scratch, renamed)
  const functions = new Set<string>()
  const shared: Array<SharedMemory> = []
  const roots = rootsOf(nest)
  visitElements(roots, (element) => {
    if (element.kind === "load") values.read(element.read, element.dtype)
  })
  const stores = [...nest.passes.flatMap((pass) => pass.stores), ...nest.rowStores]
  for (const { id, element } of stores) values.write(id, element.dtype)
  const body = (access: ValueAccess): string => {
    const writing = writingOf(nest, plan, access, values, functions, shared, { subgroupSize, sharedBytes })
    return rowsText(writing, (known) => [
      ...nest.passes.flatMap((pass, at) => passText(writing, pass, at, known)),
      ...rowStoresText(writing, known)
    ]).join("\n")
  }
  // Writing the text finds out what it needs.
  body(unwritten)
  return {
    name,
    values: values.all(),
    threads: plan.threads,
    groups: Math.ceil(plan.rows / (plan.rowsTogether * plan.turns)),
    shared: [...new Map(shared.map((each) => [each.name, each])).values()],
    ...(widthOf(plan, subgroupSize) > 1 ? { usesSubgroups: true } : {}),
    functions,
    body
  }
}

/**
 * How many neighbours hand each other what they reduced, within their subgroup. That neighbours in a workgroup are in one
 * subgroup is what devices do, and not what WGSL says; the tests at several sizes would find one that does not.
 */
export const widthOf = ({ perRow, isByColumns }: RowPlan, subgroupSize: number | undefined): number =>
  subgroupSize === undefined || isByColumns ? 1 : Math.min(subgroupSize, perRow)

const writingOf = (
  nest: Nest,
  plan: RowPlan,
  access: ValueAccess,
  values: KernelValues,
  functions: Set<string>,
  shared: Array<SharedMemory>,
  { subgroupSize, sharedBytes }: { readonly subgroupSize: number | undefined; readonly sharedBytes: number }
): Writing => {
  let variables = 0
  const fresh = (): string => `e${variables++}`
  const nameOf = counterNames(nest.kept, nest.reduced)
  const texts = elementTexts(rootsOf(nest), {
    loop: nameOf,
    load: (element, index) => access.load(values.read(element.read, element.dtype), index),
    functions,
    fresh
  })
  const store = ({ id, place, element }: Store, known: Known): string =>
    access.store(values.write(id, element.dtype), texts.index(place, known), texts.text(element, known))
  const range = { first: plan.perRow === 1 ? "0" : "lane", last: `${plan.length}` }
  const width = widthOf(plan, subgroupSize)
  return { nest, plan, range, width, sharedBytes, texts, functions, shared, nameOf, store, fresh }
}

/** The rows of a workgroup: `row` is the invocation's, `lane` its place among those of the row. */
const rowsText = (
  { nest, plan, texts, nameOf }: Writing,
  inside: (known: Known) => ReadonlyArray<string>
): ReadonlyArray<string> => {
  const { rows, rowsTogether, perRow, isByColumns, turns } = plan
  const [own, lane] = isByColumns
    ? [remainingText("thread", rowsTogether), dividedText("thread", rowsTogether)]
    : [dividedText("thread", perRow), rowsTogether === 1 ? "thread" : remainingText("thread", perRow)]
  const number = rowsTogether === 1 ? "group" : `group * ${rowsTogether} + ${own}`
  const known: Known = new Map()
  if (turns > 1) {
    // What no counter changes is found once for all turns.
    const fixed: Array<Element> = []
    for (const [element, loops] of loopsOf(rootsOf(nest))) {
      if (loops.size === 0 && element.kind !== "number") fixed.push(element)
    }
    const before = texts.compute(fixed, known)
    const each = Array.from({ length: turns }, (_, turn) => {
      const lines = [...countersText(nest.kept, "row", nameOf), ...inside(new Map(known))]
      const row = `let row = first${turn === 0 ? "" : ` + ${turn * rowsTogether}`};`
      return block("", [row, ...(isWhole(plan) ? lines : block(`if (row < ${rows})`, lines))])
    })
    return [...before, `let first = group * ${rowsTogether * turns} + thread;`, ...each.flat()]
  }
  if (perRow === 1) {
    const lines = [...countersText(nest.kept, "row", nameOf), ...inside(known)]
    return [`let row = ${number};`, ...(isWhole(plan) ? lines : block(`if (row < ${rows})`, lines))]
  }
  return [
    // Invocations beyond the last row go with it, since they have to meet the others, and store nothing.
    ...(isWhole(plan) ? [`let row = ${number};`] : [`let wanted = ${number};`, `let row = min(wanted, ${rows - 1});`]),
    `let lane = ${bare(lane)};`,
    ...countersText(nest.kept, "row", nameOf),
    ...inside(known)
  ]
}

/** Whether there is a row for every invocation. */
const isWhole = ({ rows, rowsTogether, turns }: RowPlan): boolean => rows % (rowsTogether * turns) === 0

/** Elements of the row that a pass needs, computed before it. */
const hoistedText = (
  { nest, texts }: Writing,
  roots: ReadonlyArray<Element>,
  done: ReadonlySet<Id>,
  known: Known
): ReadonlyArray<string> => {
  const { isOfRow, isReady } = analysisOf(nest)
  const wanted: Array<Element> = []
  visitElements(roots, (element) => {
    if (element.kind !== "number" && element.kind !== "reduced" && isOfRow(element) && isReady(element, done)) {
      wanted.push(element)
    }
  })
  return texts.compute(wanted, known)
}

const doneBefore = ({ passes }: Nest, at: number): ReadonlySet<Id> =>
  new Set(passes.slice(0, at).flatMap(({ reductions }) => reductions.map(({ id }) => id)))

/** One pass over the rows of a workgroup. */
export const passText = (writing: Writing, pass: Pass, at: number, known: Known): ReadonlyArray<string> => {
  const { nest, plan, texts, nameOf, functions, store } = writing
  const { reductions, stores } = pass
  if (reductions.length + stores.length === 0) return []
  const roots = [...reductions, ...stores].map(({ element }) => element)
  // What a row has of its own is read before its first reduction: nobody waits for the others before it is written over.
  const hoisted = at === 0 ? rootsOf(nest) : roots
  const lines = [...hoistedText(writing, hoisted, doneBefore(nest, at), known)]
  const sums = reductions.map(({ op, element }) => {
    const sum = writing.fresh()
    lines.push(`var ${sum} = ${joiningOf(op, element.dtype, functions).start};`)
    return sum
  })
  const inside = (inner: Known): ReadonlyArray<string> => [
    ...texts.compute(roots, inner),
    ...reductions.map(({ op, element }, which) => {
      const { join } = joiningOf(op, element.dtype, functions)
      return `${sums[which]} = ${bare(join(sums[which] as string, texts.text(element, inner)))};`
    }),
    ...stores.map((each) => store(each, inner))
  ]
  if (nest.reduced.length === 0 && plan.perRow === 1) lines.push(...inside(new Map(known)))
  else {
    const { first, last } = writing.range
    const body = [...countersText(nest.reduced, "r", nameOf), ...inside(new Map(known))]
    const isGuarded = stores.length > 0 && plan.perRow > 1 && !isWhole(plan)
    const next = plan.perRow === 1 ? "r++" : `r += ${plan.perRow}`
    const loop = block(`for (var r = ${first}; r < ${last}; ${next})`, body)
    // What is stored by an invocation beyond the last row is stored by another one already, perhaps over what it read.
    lines.push(...(isGuarded ? block("if (wanted == row)", loop) : loop))
  }
  lines.push(...joinedText(writing, reductions, sums, at, known))
  return lines
}

/** Where a reduction's results are known as from then on. */
const noteReduced = ({ nest }: Writing, id: Id, name: string, known: Known): void => {
  visitElements(rootsOf(nest), (element) => {
    if (element.kind === "reduced" && element.reduction === id) known.set(element, name)
  })
}

/** Joins what the invocations of a row have reduced: each of them then has the whole, joined in one order. */
const joinedText = (
  writing: Writing,
  reductions: ReadonlyArray<Reduction>,
  sums: ReadonlyArray<string>,
  at: number,
  known: Known
): ReadonlyArray<string> => {
  const { plan, functions, width } = writing
  if (reductions.length === 0) return []
  const lines: Array<string> = []
  for (const [which, { op, element }] of reductions.entries()) {
    const { join } = joiningOf(op, element.dtype, functions)
    const sum = sums[which] as string
    for (let distance = 1; distance < width; distance *= 2) {
      lines.push(`${sum} = ${bare(join(sum, shuffled(element.dtype, sum, distance)))};`)
    }
  }
  if (width === plan.perRow) {
    for (const [which, { id }] of reductions.entries()) noteReduced(writing, id, sums[which] as string, known)
    return lines
  }
  return [...lines, ...throughMemory(writing, reductions, sums, at, known)]
}

/** What a neighbour of the subgroup has; bools go as words. */
const shuffled = (dtype: DType.DType, text: string, distance: number): string =>
  dtype === "bool"
    ? `(subgroupShuffleXor(u32(${text}), ${distance}u) != 0u)`
    : `subgroupShuffleXor(${text}, ${distance}u)`

/** So many numbers are joined by one invocation; more of them in two turns. */
const fewest = 16

/** Joins by shared memory what subgroups, or single invocations, have reduced. */
const throughMemory = (
  writing: Writing,
  reductions: ReadonlyArray<Reduction>,
  sums: ReadonlyArray<string>,
  at: number,
  known: Known
): ReadonlyArray<string> => {
  const { plan, width, sharedBytes } = writing
  const { rowsTogether, isByColumns, threads } = plan
  const entries = threads / width
  const entry = width === 1 ? "thread" : `entry${at}`
  const start = rowsTogether === 1 ? "0" : `start${at}`
  const firstThread = isByColumns ? remainingText("thread", rowsTogether) : "thread - lane"
  const lines = [
    ...(width === 1 ? [] : [`let ${entry} = ${bare(dividedText("thread", width))};`]),
    ...(rowsTogether === 1 ? [] : [`let ${start} = ${bare(dividedText(firstThread, width))};`])
  ]
  // Passes take turns with two sets of arrays, and kernels that are merged have them of several types.
  const together = Math.max(1, Math.floor(sharedBytes / (8 * 4 * entries)))
  for (let first = 0; first < reductions.length; first += together) {
    if (first > 0) lines.push("workgroupBarrier();")
    const [some, own] = [reductions.slice(first, first + together), sums.slice(first, first + together)]
    lines.push(...togetherText(writing, some, own, { set: at % 2, entry, start, entries }, known))
  }
  return lines
}

/** Where reductions that are joined together keep their numbers. */
interface Places {
  readonly set: number
  readonly entry: string
  readonly start: string
  readonly entries: number
}

/** Joins reductions, each in an array of its own. */
const togetherText = (
  writing: Writing,
  reductions: ReadonlyArray<Reduction>,
  sums: ReadonlyArray<string>,
  { set, entry, start, entries }: Places,
  known: Known
): ReadonlyArray<string> => {
  const { plan, functions, shared, width } = writing
  const { perRow, rowsTogether, isByColumns } = plan
  const names = reductions.map(({ element }, which) => {
    const type = storedType(element.dtype)
    const name = `part${set}_${which}_${type}_${entries}`
    shared.push({ name, type: `array<${type}, ${entries}>`, bytes: 4 * entries })
    return name
  })
  const stored = (dtype: DType.DType, text: string): string => (dtype === "bool" ? `u32(${text})` : text)
  const loaded = (dtype: DType.DType, text: string): string => (dtype === "bool" ? `(${text} != 0u)` : text)
  const step = isByColumns ? rowsTogether : 1
  const count = perRow / width
  const few = Math.min(count, fewest)
  const groups = count / few
  const lines: Array<string> = []
  const writes = reductions.map(
    ({ element }, which) => `${names[which]}[${entry}] = ${stored(element.dtype, sums[which] as string)};`
  )
  const leads = (every: number): string => `if (${remainingText("lane", every)} == 0)`
  lines.push(...(width === 1 ? writes : block(leads(width), writes)), "workgroupBarrier();")
  const joinAll = (
    { op, element }: Reduction,
    which: number,
    total: string,
    first: string,
    count: number,
    by: number
  ): ReadonlyArray<string> => {
    const { join } = joiningOf(op, element.dtype, functions)
    const name = names[which] as string
    const step = by === 1 ? "k" : `${by} * k`
    const next = loaded(element.dtype, `${name}[${first === "0" ? step : `${first} + ${step}`}]`)
    return [
      `${groups === 1 ? "var " : ""}${total} = ${bare(loaded(element.dtype, `${name}[${first}]`))};`,
      ...block(`for (var k = 1; k < ${count}; k++)`, [`${total} = ${bare(join(total, next))};`])
    ]
  }
  const totals = reductions.map(writing.fresh)
  if (groups > 1) {
    lines.push(...reductions.map(({ element }, which) => `var ${totals[which]}: ${scalarType(element.dtype)};`))
    // Each of these is joined by the invocation that the first number belongs to.
    const leaders = reductions.flatMap((reduction, which) => [
      ...joinAll(reduction, which, totals[which] as string, entry, few, step),
      `${names[which]}[${entry}] = ${stored(reduction.element.dtype, totals[which] as string)};`
    ])
    lines.push(...block(leads(few * width), leaders), "workgroupBarrier();")
  }
  for (const [which, reduction] of reductions.entries()) {
    const total = totals[which] as string
    lines.push(
      ...(groups > 1
        ? joinAll(reduction, which, total, start, groups, step * few)
        : joinAll(reduction, which, total, start, few, step))
    )
    noteReduced(writing, reduction.id, total, known)
  }
  return lines
}

/** What is stored of each row when the passes are done. */
export const rowStoresText = (writing: Writing, known: Known): ReadonlyArray<string> => {
  const { nest, plan, texts, store } = writing
  if (nest.rowStores.length === 0) return []
  const lines = [
    ...texts.compute(
      nest.rowStores.map(({ element }) => element),
      known
    )
  ]
  const stores = nest.rowStores.map((each) => store(each, known))
  if (plan.perRow === 1) return [...lines, ...stores]
  return [...lines, ...block(isWhole(plan) ? "if (lane == 0)" : "if (lane == 0 && wanted == row)", stores)]
}
