import type { Id, Node } from "../graph.ts"
import { broadcastFrame, longestRow } from "../region/frame.ts"
import { type Layout, rowMajor, viewLayout } from "../region/layout.ts"
import { shapeOf } from "../region/opKind.ts"
import type { Analysis } from "./analysis.ts"
import { anywhere, type Demand, type Draft, inMemory } from "./draft.ts"

type Ask = (id: Id, demand: Demand) => void

/** Asks for what a node of a region reads, at the places where the region then needs it. */
export const operandDemands = (analysis: Analysis, id: Id, draft: Draft, group: number, ask: Ask): void => {
  const node = analysis.nodes[id] as Node
  const at = (input: Id | undefined, places: number): void => {
    if (input === undefined) return
    const kept = draft.isClosed && mustBeKept(analysis, input)
    ask(input, { draft, group: kept ? inMemory : places })
  }
  const all = (places: number): void => {
    for (const [which, input] of node.inputs.entries()) {
      if (node.inputs.indexOf(input) === which) at(input, places)
    }
  }
  const [a, b, c] = node.inputs
  switch (analysis.kinds[id]) {
    case "elementwise":
      all(group)
      break
    case "boundary":
      all(inMemory)
      break
    case "reduction":
      all(draft.full)
      break
    case "product":
      for (const input of node.inputs) viewed(analysis, input, draft, ask)
      break
    case "scatter":
      if (analysis.kinds[a as Id] === "filled") at(a, anywhere)
      else at(a, inMemory)
      at(b, anywhere)
      at(c, newGroup(draft))
      break
    case "alone":
      for (const input of node.inputs) {
        const isUpdate = node.op === "dynamicUpdateSlice" && input !== a
        if (node.body !== undefined || node.op === "unwindow" || isUpdate) viewed(analysis, input, draft, ask)
        else flat(analysis, input, draft, ask)
      }
      break
    default:
      if (node.op === "reshape") all(group)
      else if (node.op === "broadcast") at(a, stretched(analysis, node, draft, group))
      else if (node.op === "transpose") at(a, group < 0 ? anywhere : transposed(draft, group))
      else if (node.op === "slice" || node.op === "pad") at(a, group < 0 ? anywhere : newGroup(draft))
      else if (node.op === "concat") for (const input of node.inputs) at(input, group < 0 ? anywhere : newGroup(draft))
      else if (node.op === "window") at(a, anywhere)
      else {
        // What is looked up lies in memory; where to look is computed wherever it is asked for.
        viewed(analysis, a as Id, draft, ask)
        at(b, anywhere)
      }
  }
}

const newGroup = (draft: Draft): number => draft.groups++

const transposed = (draft: Draft, group: number): number => {
  const behind = newGroup(draft)
  if (group === 0 || draft.transposed.has(group)) draft.transposed.add(behind)
  return behind
}

/** Where a broadcast reads: from the rows of the region, where it brings a reduction's result back to all elements. */
const stretched = ({ nodes, rowsOf }: Analysis, node: Node, draft: Draft, group: number): number => {
  if (group < 0 || group !== draft.full || draft.isHeavy) return anywhere
  const [input] = node.inputs as readonly [Id]
  const frame = broadcastFrame(shapeOf(nodes[input] as Node), shapeOf(node))
  if (frame.length > longestRow) return anywhere
  if (draft.frame === undefined) {
    if (rowsOf[input]?.key !== frame.key) return anywhere
    draft.frame = frame
    draft.row = newGroup(draft)
  }
  return draft.frame.key === frame.key ? (draft.row as number) : anywhere
}

/** Segments read their tensors as they lie, so that all do the same; only numbers are repeated for them. */
const mustBeKept = ({ nodes, kinds, elements }: Analysis, id: Id): boolean => {
  if (kinds[id] !== "view" || elements[id] === 1 || nodes[id]?.op === "reshape") return false
  let base = id
  while (kinds[base] === "view") base = nodes[base]?.inputs[0] as Id
  return kinds[base] !== "filled" && elements[base] !== 1
}

const join = (views: ReadonlyArray<Id>, base: Id, draft: Draft, ask: Ask): void => {
  for (const view of views) draft.nodes.add(view)
  ask(base, { draft, group: inMemory })
}

/** Asks for a value that is read through whatever views strides express. */
const viewed = ({ nodes, kinds }: Analysis, id: Id, draft: Draft, ask: Ask): void => {
  const views: Array<Id> = []
  let base = id
  while ((kinds[base] === "view" || kinds[base] === "boundary") && kinds[views.at(-1) ?? -1] !== "boundary") {
    views.push(base)
    base = nodes[base]?.inputs[0] as Id
  }
  let layout: Layout = rowMajor(shapeOf(nodes[base] as Node))
  for (let at = views.length - 1; at >= 0; at--) {
    const view = nodes[views[at] as Id] as Node
    const next = viewLayout(layout, view)
    if (next !== undefined) layout = next
    else {
      // Here the strides end: what this view reads must lie in memory by itself, or else the view must.
      const below = viewLayout(rowMajor(shapeOf(nodes[view.inputs[0] as Id] as Node)), view)
      base = below === undefined ? (views[at] as Id) : (view.inputs[0] as Id)
      layout = below ?? rowMajor(shapeOf(view))
      views.length = below === undefined ? at : at + 1
    }
  }
  join(views, base, draft, ask)
}

/** Asks for a value that is read as it lies, under another shape at most. */
const flat = ({ nodes }: Analysis, id: Id, draft: Draft, ask: Ask): void => {
  const views: Array<Id> = []
  let base = id
  for (let node = nodes[base] as Node; node.op === "reshape" && node.body === undefined; node = nodes[base] as Node) {
    views.push(base)
    base = node.inputs[0] as Id
  }
  join(views, base, draft, ask)
}
