import type { Id, Node } from "../graph.ts"
import type { Analysis } from "./analysis.ts"
import type { Draft } from "./draft.ts"
import type { Traffic } from "./traffic.ts"

/**
 * A region as a computation on any tensor: two regions with equal keys do the same, node by node, on tensors of other
 * sizes and with other constants.
 */
export interface Pattern {
  readonly key: string
  readonly elements: number
  /** Nodes, reads and writes in the order in which they correspond between regions of one key. */
  readonly nodes: ReadonlyArray<Id>
  readonly reads: ReadonlyArray<Id>
  readonly writes: ReadonlyArray<Id>
  /** Numbers that are handed to the region; all regions of one key have the same. */
  readonly scalars: ReadonlyArray<Id>
  /** Places in `nodes` of constants, and their values. */
  readonly constants: ReadonlyArray<{ readonly at: number; readonly value: number }>
}

/**
 * The pattern of a region; `undefined` for one that is not the same computation at each element of some tensors: where
 * it moves elements about, or reduces to more than one.
 */
export const patternOf = (analysis: Analysis, draft: Draft, traffic: Traffic): Pattern | undefined => {
  const { nodes, kinds, elements } = analysis
  const written = new Set(traffic.writes(draft))
  const order: Array<Id> = []
  const reads: Array<Id> = []
  const scalars: Array<Id> = []
  const names = new Map<Id, string>()
  const constants: Array<{ readonly at: number; readonly value: number }> = []
  const lines: Array<string> = []
  const flat = new Set<Id>()
  const size = draft.frame === undefined ? (elements[draft.sink] as number) : (elements[bottom(nodes, draft)] as number)
  const isSegment = (id: Id): boolean => {
    const kind = kinds[id]
    if (kind === "elementwise") return elements[id] === size || elements[id] === 1
    if (kind === "reduction") return elements[id] === 1
    if (kind === "filled") return nodes[id]?.op === "constant"
    const from = nodes[id]?.inputs[0] as Id
    if (nodes[id]?.op === "reshape" && elements[id] === size && !written.has(id)) return true
    return kind === "view" && elements[from] === 1 && ["reshape", "broadcast"].includes((nodes[id] as Node).op)
  }
  const read = (id: Id): string => {
    const list = elements[id] === 1 ? scalars : reads
    list.push(id)
    const slot = nodes[id]?.attrs["binding"] === "slot" ? " of a slot" : ""
    return elements[id] === 1 ? `s${id}` : `r${reads.length - 1} ${nodes[id]?.types[0]?.dtype}${slot}`
  }
  const used = new Set([...draft.nodes].flatMap((id) => (nodes[id] as Node).inputs))
  const pending: Array<Id> = [...draft.homes].filter((id) => !used.has(id)).sort((a, b) => a - b)
  for (let id = pending.at(-1); id !== undefined; id = pending.at(-1)) {
    if (names.has(id)) {
      pending.pop()
      continue
    }
    if (!draft.nodes.has(id)) {
      names.set(id, read(id))
      pending.pop()
      continue
    }
    if (!isSegment(id)) return undefined
    const node = nodes[id] as Node
    const isFlat = node.op === "reshape" && elements[id] === size
    const missing = node.inputs.filter((input) => !names.has(input))
    if (missing.length > 0) {
      pending.push(...missing.reverse())
      continue
    }
    if (isFlat) {
      names.set(id, names.get(node.inputs[0] as Id) as string)
      flat.add(id)
      pending.pop()
      continue
    }
    if (node.op === "constant") {
      constants.push({ at: order.length, value: (node.attrs["values"] as ReadonlyArray<number>)[0] as number })
    }
    const dtype = node.types[0]?.dtype
    const role = written.has(id) ? (analysis.isUpdate[id] === true ? " updates" : " writes") : ""
    const width = elements[id] === 1 ? " one" : ""
    lines.push(`${node.op} ${dtype}${width}(${node.inputs.map((input) => names.get(input)).join()})${role}`)
    names.set(id, `n${order.length}`)
    order.push(id)
    pending.pop()
  }
  // A region of single elements could not tell its tensors from its numbers, and is no work that is worth a segment.
  if (size === 1 || order.length + flat.size !== draft.nodes.size) return undefined
  return {
    key: lines.join("\n"),
    elements: size,
    nodes: order,
    reads,
    writes: order.filter((id) => written.has(id)),
    scalars,
    constants
  }
}

/** What the reduction of a region walks. */
const bottom = (nodes: ReadonlyArray<Node>, draft: Draft): Id => nodes[draft.sink]?.inputs[0] as Id
