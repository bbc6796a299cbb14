import { TensorType } from "@residual/core"
import type { Graph, Id, Node } from "../graph.ts"
import type { Region, RegionKind } from "../program.ts"
import { type Alignment, alignments, passes, type Walk, walksOf } from "../region/alignment.ts"

/** Kinds whose kernels load what they need of an element before they store it. A product adds up in what it writes. */
const elementByElement: ReadonlySet<RegionKind> = new Set([
  "elementwise",
  "reduction",
  "movement",
  "random",
  "gather",
  "multiTensor"
])

/** What is known of a region to decide what it may write over. */
export interface Overwriting {
  /** Whether the region may write a value over one that it reads and that nothing reads after it. */
  readonly isLegal: (read: Id, write: Id) => boolean
}

/**
 * Finds out what a region may write over: an operand that it needs at the same element only, in the last pass over its
 * rows; a number of a row that it needs as such only, after the last pass; and the target of a scatter or of an updated slice, which it changes in some places.
 */
export const overwriting = (graph: Graph, region: Region): Overwriting => {
  const bytes = (id: Id): number => TensorType.bytes(graph.nodes[id]?.types[0] as TensorType.TensorType)
  let known: Walks | undefined
  const walks = (): Walks => {
    known ??= walksIn(graph, region)
    return known
  }
  const isLegal = (read: Id, write: Id): boolean => {
    if (bytes(read) !== bytes(write)) return false
    if (isTarget(graph, region, read, write)) return true
    if (!elementByElement.has(region.kind)) return false
    const { writing, reading } = walks()
    const own = writing.get(write)
    const from = own?.needs.get(read)
    const to = own?.needs.get(write)
    if (own === undefined || from === undefined || to === undefined || reading.get(read) !== own) return false
    const onlyFull = isOnly(from, "full") && isOnly(to, "full")
    const onlyRow = isOnly(from, "row") && isOnly(to, "row")
    return (onlyFull || onlyRow) && isLastPass(graph, own, write, onlyRow)
  }
  return { isLegal }
}

/** A walk and how it needs values. */
interface NeedingWalk {
  readonly walk: Walk
  readonly needs: ReadonlyMap<Id, Alignment>
}

/** Which walk of a region writes a value, and which one reads it, where only one does. */
interface Walks {
  readonly writing: ReadonlyMap<Id, NeedingWalk>
  readonly reading: ReadonlyMap<Id, NeedingWalk | undefined>
}

const walksIn = (graph: Graph, region: Region): Walks => {
  const writing = new Map<Id, NeedingWalk>()
  const reading = new Map<Id, NeedingWalk | undefined>()
  for (const walk of walksOf(region)) {
    const own: NeedingWalk = { walk, needs: alignments(graph.nodes, walk) }
    for (const id of walk.writes) writing.set(id, own)
    for (const id of own.needs.keys()) reading.set(id, reading.has(id) ? undefined : own)
  }
  return { writing, reading }
}

const isOnly = (need: Alignment, how: keyof Alignment): boolean =>
  need[how] && (["full", "row", "elsewhere"] as const).every((other) => other === how || !need[other])

/** Whether a walk makes no later pass over a row than the one that a write belongs to, and none beside it for a row's own value. */
const isLastPass = (graph: Graph, { walk, needs }: NeedingWalk, write: Id, isRow: boolean): boolean => {
  if (walk.axes.length === 0) return true
  const pass = passes(graph.nodes, walk)
  const last = (pass.get(write) as number) - (isRow ? 1 : 0)
  return walk.nodes.every((id) => needs.get(id)?.full !== true || (pass.get(id) as number) <= last)
}

/** Whether a region's write is a scatter into a value, or that value with a slice replaced, which it reads for nothing else. */
const isTarget = (graph: Graph, { nodes, writes }: Region, read: Id, write: Id): boolean => {
  const target = graph.nodes[write] as Node
  if (writes.length !== 1 || target.body !== undefined) return false
  if (target.op !== "scatterAdd" && target.op !== "dynamicUpdateSlice") return false
  let value = read
  for (;;) {
    const users = nodes.filter((id) => graph.nodes[id]?.inputs.includes(value))
    const [user, ...others] = users
    if (user === undefined || others.length > 0) return false
    if (user === write) return target.inputs[0] === value && target.inputs.lastIndexOf(value) === 0
    if (graph.nodes[user]?.op !== "reshape") return false
    value = user
  }
}
