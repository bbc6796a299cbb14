import type { Graph, Id, Node } from "../graph.ts"
import type { Program, Region } from "../program.ts"
import { elementsOf, opKind } from "../region/opKind.ts"
import { readLayout } from "../region/readLayout.ts"

/** What is wrong with the regions of a program, if anything is. */
export const regionDefect = ({ graph, regions }: Program): string | undefined => {
  const lying = new Set<Id>()
  for (const [id, node] of graph.nodes.entries()) if (isLeaf(node)) lying.add(id)
  for (const [at, region] of regions.entries()) {
    const defect =
      readDefect(graph, region, lying) ??
      nodeDefect(graph, region) ??
      stridedDefect(graph, region) ??
      writeDefect(graph, region, lying)
    if (defect !== undefined) return `region ${at} (${region.kind}) ${defect}`
    for (const id of region.writes) lying.add(id)
  }
  for (const [what, entries] of [
    ["output", graph.outputs],
    ["update", graph.updates]
  ] as const) {
    for (const { name, id } of entries) if (!lying.has(id)) return `nothing computes the ${what} "${name}", %${id}`
  }
  return undefined
}

/** Whether a value lies in memory before anything runs: inputs, slots and constants. */
const isLeaf = (node: Node): boolean => opKind(node) === "leaf" || (node.op === "constant" && node.body === undefined)

const readDefect = ({ nodes }: Graph, region: Region, lying: ReadonlySet<Id>): string | undefined => {
  const own = new Set(region.nodes)
  const early = region.reads.find((id) => !lying.has(id))
  if (early !== undefined) return `reads %${early}, which is not in memory`
  const both = region.reads.find((id) => own.has(id))
  if (both !== undefined) return `reads %${both} and computes it as well`
  const large = region.scalars.find((id) => elementsOf(nodes[id] as Node) !== 1 || !region.reads.includes(id))
  return large === undefined ? undefined : `takes %${large} by value, which is no single element that it reads`
}

/** Operands that kernels read by strides, by primitive. */
const strided: Readonly<Record<string, ReadonlyArray<number>>> = {
  dot: [0, 1],
  gather: [0],
  dynamicSlice: [0],
  dynamicUpdateSlice: [1],
  unwindow: [0],
  randomBits: [0]
}

const stridedDefect = (graph: Graph, region: Region): string | undefined => {
  for (const id of region.nodes) {
    const { op, inputs, body } = graph.nodes[id] as Node
    // A claimed composite reads all of its operands so.
    const operands = body === undefined ? (strided[op] ?? []).map((at) => inputs[at] as Id) : inputs
    const lost = operands.find((operand) => readLayout(graph, region, operand) === undefined)
    if (lost !== undefined) return `computes %${id} from %${lost}, which does not lie in memory by strides`
  }
  return undefined
}

const nodeDefect = ({ nodes }: Graph, region: Region): string | undefined => {
  const reads = new Set(region.reads)
  const done = new Set<Id>()
  for (const id of region.nodes) {
    const node = nodes[id]
    if (node === undefined) return `computes %${id}, which does not exist`
    if (node.op === "input" && node.body === undefined) return `computes the input %${id}`
    if (done.has(id)) return `lists %${id} twice`
    const missing = node.inputs.find((input) => !done.has(input) && !reads.has(input))
    if (missing !== undefined) return `computes %${id} without %${missing}`
    const [source] = node.inputs as readonly [Id]
    // A constant is nothing that a region computes, wherever it is listed.
    const isComputed = !reads.has(source) && nodes[source]?.op !== "constant"
    if (opKind(node) === "boundary" && isComputed) return `crosses the barrier %${id}`
    done.add(id)
  }
  const used = new Set(region.writes)
  for (let at = region.nodes.length - 1; at >= 0; at--) {
    const id = region.nodes[at] as Id
    if (!used.has(id)) return `computes %${id}, which nothing in it needs`
    for (const input of (nodes[id] as Node).inputs) used.add(input)
  }
  const idle = region.reads.find((id) => !used.has(id))
  return idle === undefined ? undefined : `reads %${idle}, which nothing in it needs`
}

const writeDefect = ({ nodes }: Graph, region: Region, lying: ReadonlySet<Id>): string | undefined => {
  const own = new Set(region.nodes)
  const foreign = region.writes.find((id) => !own.has(id))
  if (foreign !== undefined) return `writes %${foreign}, which it does not compute`
  const again = region.writes.find((id) => lying.has(id))
  if (again !== undefined) return `writes %${again}, which is in memory already`
  const several = region.writes.find((id) => nodes[id]?.types.length !== 1)
  return several === undefined ? undefined : `writes %${several}, which has several outputs`
}
