import type { Element } from "../../kernel/element.ts"
import { type Nest, rootsOf } from "../../kernel/nest.ts"
import { visitElements } from "../../kernel/visitIndices.ts"
import { bare } from "../wgsl/bare.ts"
import type { Kernel, ValueAccess } from "../wgsl/kernel.ts"
import { scalarText } from "../wgsl/scalar.ts"
import { elementTexts, type Known, loopsOf } from "./elementText.ts"
import { conditionsText, dividedText, remainingText } from "./indexText.ts"
import { kernelValues, unwritten } from "./kernelValues.ts"
import { block, counterNames, countersText } from "./loopText.ts"
import type { NestOptions } from "./nestKernels.ts"
import { usualThreads } from "./rowPlan.ts"

/** Fewer neighbours than this that share their conditions do not fill a workgroup. */
const leastNeighbours = 16

/**
 * Sums of which most terms are 0: conditions that neighbours share say which are not. A workgroup of neighbours looks for
 * these together, a flag for each term, and then adds up no others, in order. `undefined` for other nests.
 */
export const flaggedKernel = (nest: Nest, { name, scratch }: NestOptions): Kernel | undefined => {
  const [pass, ...others] = nest.passes
  const [reduction, ...more] = pass?.reductions ?? []
  const columns = nest.kept.at(-1)
  const term = reduction?.element
  if (reduction?.op !== "sum" || term?.kind !== "choice" || others.length + more.length > 0) return undefined
  if (pass?.stores.length !== 0 || columns === undefined || columns.size < leastNeighbours) return undefined
  const { conditions, inside } = term
  const roots: ReadonlyArray<Element> = [...rootsOf(nest), inside]
  // The term without what is added says what its conditions depend on.
  const condition: Element = { ...term, inside: term.outside }
  if (loopsOf([condition]).get(condition)?.has(columns) !== false) return undefined

  const outer = nest.kept.slice(0, -1)
  const rows = outer.reduce((product, { size }) => product * size, 1)
  const length = nest.reduced.reduce((product, { size }) => product * size, 1)
  const threads = columns.size <= 64 ? 64 : columns.size <= 128 ? 128 : usualThreads
  const blocks = Math.ceil(columns.size / threads)
  const values = kernelValues(scratch)
  visitElements(roots, (element) => {
    if (element.kind === "load") values.read(element.read, element.dtype)
  })
  for (const { id, element } of nest.rowStores) values.write(id, element.dtype)
  const functions = new Set<string>()
  const nameOf = counterNames(nest.kept, nest.reduced)

  const body = (access: ValueAccess): string => {
    let variables = 0
    const texts = elementTexts(roots, {
      loop: nameOf,
      load: (element, index) => access.load(values.read(element.read, element.dtype), index),
      functions,
      fresh: () => `e${variables++}`
    })
    const needed: Array<Element> = []
    for (const { index } of conditions) {
      for (const { atom } of index.terms) if (atom.kind === "computed") needed.push(atom.element as Element)
    }
    const looking: Known = new Map()
    const look = [
      ...countersText(nest.reduced, "r", nameOf),
      ...texts.compute(needed, looking),
      ...block(
        `if (${bare(
          conditionsText(conditions, {
            loop: nameOf,
            computed: (element) =>
              element.dtype === "i32" ? texts.text(element, looking) : `i32(${texts.text(element, looking)})`
          })
        )})`,
        ["atomicOr(&flags[thread / 32], 1u << (u32(thread) % 32u));"]
      )
    ]
    const adding: Known = new Map()
    const own = block(`while (word != 0u)`, [
      "let bit = i32(firstTrailingBit(word));",
      "word = word & (word - 1u);",
      "let r = start + 32 * w + bit;",
      ...countersText(nest.reduced, "r", nameOf),
      ...texts.compute([inside], adding),
      `total = total + ${texts.text(inside, adding)};`
    ])
    const storing: Known = new Map()
    visitElements(rootsOf(nest), (element) => {
      if (element.kind === "reduced") storing.set(element, "total")
    })
    const stores = [
      ...texts.compute(
        nest.rowStores.map(({ element }) => element),
        storing
      ),
      ...nest.rowStores.map(({ id, place, element }) =>
        access.store(values.write(id, element.dtype), texts.index(place, storing), texts.text(element, storing))
      )
    ]
    const column = nameOf(columns)
    return [
      ...countersText(outer, dividedText("group", blocks), nameOf),
      `let wanted = ${blocks === 1 ? "" : `${remainingText("group", blocks)} * ${threads} + `}thread;`,
      `let ${column} = min(wanted, ${columns.size - 1});`,
      `var total = ${scalarText(reduction.element.dtype, 0)};`,
      ...block(`for (var start = 0; start < ${length}; start += ${threads})`, [
        "workgroupBarrier();",
        ...block(`if (thread < ${threads / 32})`, ["atomicStore(&flags[thread], 0u);"]),
        "workgroupBarrier();",
        "let r = start + thread;",
        ...block(`if (r < ${length})`, look),
        "workgroupBarrier();",
        ...block(`for (var w = 0; w < ${threads / 32}; w++)`, ["var word = atomicLoad(&flags[w]);", ...own])
      ]),
      ...block(`if (wanted < ${columns.size})`, stores)
    ].join("\n")
  }
  body(unwritten)
  return {
    name,
    values: values.all(),
    threads,
    groups: rows * blocks,
    shared: [{ name: "flags", type: `array<atomic<u32>, ${threads / 32}>`, bytes: threads / 8 }],
    functions,
    body
  }
}
