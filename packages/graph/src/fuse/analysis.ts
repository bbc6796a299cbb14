import type { Graph, Id, Node } from "../graph.ts"
import { broadcastFrame, type Frame, frameOf } from "../region/frame.ts"
import { elementsOf, type OpKind, opKind, shapeOf } from "../region/opKind.ts"

/** What is known of every node before regions are drawn. All of it is found in one walk. */
export interface Analysis {
  readonly nodes: ReadonlyArray<Node>
  readonly kinds: ReadonlyArray<OpKind>
  readonly elements: ReadonlyArray<number>
  /** The nodes that read a node. */
  readonly users: ReadonlyArray<ReadonlyArray<Id>>
  /** Whether a node is an output or an update, and so must lie in memory. */
  readonly isRoot: ReadonlyArray<boolean>
  /** Whether a node is the next value of a slot whose old value the graph reads. */
  readonly isUpdate: ReadonlyArray<boolean>
  /** Whether a node is better computed again than kept: a few cheap ops on at most one value that lies in memory. */
  readonly isCheap: ReadonlyArray<boolean>
  /** The reduction that values of one element for each row come from. */
  readonly rowsOf: ReadonlyArray<Frame | undefined>
  /** The reduction whose result, a number for each row, a value of all elements is computed from. */
  readonly elementsOfRows: ReadonlyArray<Frame | undefined>
  /** Whether a product would be computed up to this node without being kept: what a product's epilogue is made of. */
  readonly carriesProduct: ReadonlyArray<boolean>
  /** Whether a reduction is one of the terms of a sum over many tensors, as in a global norm. */
  readonly isTerm: ReadonlyArray<boolean>
}

/** Elementwise ops that take about as long as loading a value. */
const cheapOps: ReadonlySet<string> = new Set([
  "neg",
  "add",
  "mul",
  "maximum",
  "less",
  "equal",
  "and",
  "or",
  "xor",
  "shiftLeft",
  "shiftRight",
  "where",
  "cast"
])

/** The most ops that are computed again. */
const cheapest = 6

/** How a node would be computed again: from how many ops, and from which value in memory (`null` from several). */
interface Cost {
  readonly ops: number
  readonly from: Id | null | undefined
}

/** Looks at every node once. */
export const analyse = (graph: Graph): Analysis => {
  const { nodes } = graph
  const kinds = nodes.map(opKind)
  const elements = nodes.map(elementsOf)
  const users: Array<Array<Id>> = nodes.map(() => [])
  for (const [id, { inputs }] of nodes.entries()) {
    for (const input of inputs) if (users[input]?.at(-1) !== id) users[input]?.push(id)
  }
  const isUpdate = nodes.map(() => false)
  const read = new Set(nodes.flatMap(({ attrs }) => (attrs["binding"] === "slot" ? [attrs["name"]] : [])))
  for (const { name, id } of graph.updates) if (read.has(name)) isUpdate[id] = true
  const isRoot = nodes.map(() => false)
  for (const { id } of [...graph.outputs, ...graph.updates]) isRoot[id] = true

  const costs: Array<Cost> = []
  const isCheap: Array<boolean> = []
  const rowsOf: Array<Frame | undefined> = []
  const elementsOfRows: Array<Frame | undefined> = []
  const carriesProduct: Array<boolean> = []
  const terms: Array<number> = []
  const isTerm = nodes.map(() => false)
  for (const [id, node] of nodes.entries()) {
    const kind = kinds[id] as OpKind
    const cost = costOf(node, id, kind, elements[id] as number, costs)
    costs.push(cost)
    isCheap.push(kind === "elementwise" && cost.ops > 0)
    rowsOf.push(rowsOfNode(nodes, node, kind, rowsOf))
    elementsOfRows.push(elementsOfRowsOfNode(nodes, node, kind, rowsOf, elementsOfRows))
    const usedOnce = (input: Id): boolean => users[input]?.length === 1 && isRoot[input] === false
    const isEpilogue = kind === "elementwise" || node.op === "reshape" || node.op === "transpose"
    carriesProduct.push(
      kind === "product" ||
        kind === "scatter" ||
        (isEpilogue && node.inputs.some((input) => carriesProduct[input] === true && usedOnce(input)))
    )
    terms.push(termsOf(node, kind, elements[id] as number, terms))
  }
  markTerms(nodes, kinds, terms, isTerm)
  return { nodes, kinds, elements, users, isRoot, isUpdate, isCheap, rowsOf, elementsOfRows, carriesProduct, isTerm }
}

const costOf = (node: Node, id: Id, kind: OpKind, elements: number, costs: ReadonlyArray<Cost>): Cost => {
  if (kind === "filled") return { ops: 0, from: undefined }
  // A single element is kept, and handed to whoever reads it by value.
  if (elements === 1) return { ops: 0, from: undefined }
  if (kind === "boundary") return { ops: 0, from: node.inputs[0] as Id }
  if (kind === "view") return costs[node.inputs[0] as Id] as Cost
  if (kind !== "elementwise" || !cheapOps.has(node.op)) return { ops: 0, from: id }
  let ops = 1
  let from: Cost["from"]
  for (const [at, input] of node.inputs.entries()) {
    if (node.inputs.indexOf(input) < at) continue
    const cost = costs[input] as Cost
    ops += cost.ops
    from = from === undefined || from === cost.from ? cost.from : cost.from === undefined ? from : null
  }
  return ops <= cheapest && from !== null ? { ops, from } : { ops: 0, from: id }
}

const rowsOfNode = (
  nodes: ReadonlyArray<Node>,
  node: Node,
  kind: OpKind,
  rowsOf: ReadonlyArray<Frame | undefined>
): Frame | undefined => {
  const [first] = node.inputs
  if (kind === "reduction")
    return frameOf(shapeOf(nodes[first as Id] as Node), node.attrs["axes"] as ReadonlyArray<number>)
  if (kind !== "elementwise" && node.op !== "reshape") return undefined
  for (const input of node.inputs) {
    if (rowsOf[input] !== undefined) return rowsOf[input]
  }
  return undefined
}

const elementsOfRowsOfNode = (
  nodes: ReadonlyArray<Node>,
  node: Node,
  kind: OpKind,
  rowsOf: ReadonlyArray<Frame | undefined>,
  elementsOfRows: ReadonlyArray<Frame | undefined>
): Frame | undefined => {
  if (node.op === "broadcast" && kind === "view") {
    const [input] = node.inputs as readonly [Id]
    const rows = rowsOf[input]
    const isBack = rows !== undefined && rows.key === broadcastFrame(shapeOf(nodes[input] as Node), shapeOf(node)).key
    return isBack ? rows : undefined
  }
  if (kind !== "elementwise" && node.op !== "reshape") return undefined
  const input = node.inputs.find((id) => elementsOfRows[id] !== undefined)
  return input === undefined ? undefined : elementsOfRows[input]
}

/** Marks the reductions under every scalar that adds up several of them. */
const markTerms = (
  nodes: ReadonlyArray<Node>,
  kinds: ReadonlyArray<OpKind>,
  terms: ReadonlyArray<number>,
  isTerm: Array<boolean>
): void => {
  const isSum = nodes.map(({ op }, id) => op === "add" && (terms[id] as number) > 1)
  for (let id = nodes.length - 1; id >= 0; id--) {
    if (isSum[id] !== true) continue
    for (const input of (nodes[id] as Node).inputs) {
      if ((terms[input] as number) === 0) continue
      if (kinds[input] === "reduction") isTerm[input] = true
      else isSum[input] = true
    }
  }
}

/** How many reductions to a single element a scalar adds up. */
const termsOf = (node: Node, kind: OpKind, elements: number, terms: ReadonlyArray<number>): number => {
  if (elements !== 1) return 0
  if (kind === "reduction") return 1
  return node.op === "add" || node.op === "reshape"
    ? node.inputs.reduce((count, input) => count + (terms[input] as number), 0)
    : 0
}
