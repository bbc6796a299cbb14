import { DType, isPrimitiveName, primitives, Shape, TensorType } from "@residual/core"
import type { Graph, Id, Node, Program, Region } from "@residual/graph"
import { attentionShape } from "./attention/attentionShape.ts"

/**
 * What a region has to do, whoever computes it.
 *
 * ```ts
 * import type { Work } from "@residual/backends"
 * const nothing: Work = { flop: 0, bytes: 0 }
 * nothing.flop // => 0
 * ```
 */
export interface Work {
  /** Floating-point operations. */
  readonly flop: number
  /** Bytes of values in memory that it reads and writes. */
  readonly bytes: number
}

/**
 * The work of a region. Each value that it reads or writes counts once, and only what is needed of it: the rows that are
 * looked up, not the table; the part that is replaced, not the whole, where that is done in place. A sum and a product are
 * one operation each, and so is any function of an element: a matrix product has 2 · m · n · k, an attention those of its
 * products (half of them where it is causal), an elementwise op and a reduction of floats one for each element. Moving,
 * looking up, sorting, and arithmetic on integers are none.
 *
 * ```ts
 * import { regionWork } from "@residual/backends"
 * import { input, op } from "@residual/core"
 * import { compile } from "@residual/graph"
 * const product = op.matmul(input("a", [4, 8]), input("b", [8, 2]))
 * const program = compile({ outputs: { product } }, { claims: new Set() })
 * program._tag === "Right" && program.right.regions.map((region) => regionWork(program.right, region))
 * // => [{ flop: 128, bytes: 224 }]
 * ```
 */
export const regionWork = (
  { graph, places }: Pick<Program, "graph" | "places">,
  { nodes, reads, writes }: Region
): Work => {
  const needed = new Map<Id, number>()
  const need = (id: Id, elements: number): void => {
    needed.set(id, Math.min(elementsOf(graph, id), (needed.get(id) ?? 0) + elements))
  }
  for (const id of writes) need(id, elementsOf(graph, id))
  const replaced = new Map<Id, number>()
  let flop = 0
  for (const id of nodes.toReversed()) {
    const node = graph.nodes[id] as Node
    const elements = needed.get(id)
    if (elements === undefined) continue
    flop += flopOf(graph, node, elements)
    const update = updateOf(node)
    const inPlace = update !== undefined && samePlace({ places }, id, node.inputs[0] as Id)
    if (inPlace) replaced.set(id, elementsOf(graph, update))
    for (const [at, input] of node.inputs.entries()) {
      if (inPlace && at === 0) need(input, node.op === "scatterAdd" ? elementsOf(graph, update) : 0)
      else need(input, movesOrMaps(node) ? elements : elementsOf(graph, input))
    }
  }
  const bytesOf = (id: Id, elements: number): number =>
    elements * DType.bytes((graph.nodes[id] as Node).types[0]?.dtype as DType.DType)
  const read = reads.reduce((sum, id) => sum + bytesOf(id, needed.get(id) ?? 0), 0)
  const written = writes.reduce((sum, id) => sum + bytesOf(id, replaced.get(id) ?? elementsOf(graph, id)), 0)
  return { flop, bytes: read + written }
}

const elementsOf = ({ nodes }: Graph, id: Id): number => sizeOf(nodes[id])

const sizeOf = (node: Node | undefined): number => TensorType.size(node?.types[0] as TensorType.TensorType)

/** Elementwise ops that compute nothing. */
const passing: ReadonlySet<string> = new Set(["barrier", "stopGradient", "cast"])

/** Ops that need no more elements of an operand than there are of them: at most one for each. */
const moving: ReadonlySet<string> = new Set([
  ...["reshape", "transpose", "broadcast", "slice", "pad", "window", "concat"],
  ...["gather", "dynamicSlice"]
])

const isElementwise = ({ op, body }: Node): boolean =>
  body === undefined && isPrimitiveName(op) && primitives[op].elementwise === true

const movesOrMaps = (node: Node): boolean => isElementwise(node) || (node.body === undefined && moving.has(node.op))

/** What replaces a part of the first operand, in ops that may do so in place. */
const updateOf = ({ op, inputs, body }: Node): Id | undefined => {
  if (body !== undefined) return undefined
  return op === "dynamicUpdateSlice" ? inputs[1] : op === "scatterAdd" ? inputs[2] : undefined
}

const samePlace = ({ places }: Pick<Program, "places">, one: Id, other: Id): boolean => {
  const [a, b] = [places.get(one), places.get(other)]
  if (a === undefined || b === undefined) return false
  if (a.in === "arena") return b.in === "arena" && a.buffer === b.buffer
  return a.in === "slot" && b.in === "slot" && a.slot === b.slot
}

/** The operations of a node, of which so many elements are needed. */
const flopOf = (graph: Graph, node: Node, elements: number): number => {
  const { op, inputs, types, body } = node
  if (body !== undefined) return claimedFlop(graph, node, body)
  const operand = graph.nodes[inputs[0] as Id]
  const dtype = operand?.types[0]?.dtype
  if (dtype === undefined || !DType.isFloat(dtype)) return 0
  if (isElementwise(node)) return passing.has(op) ? 0 : elements
  switch (op) {
    case "dot":
      return 2 * Shape.size(types[0]?.shape ?? []) * (operand?.types[0]?.shape.at(-1) as number)
    case "sum":
    case "max":
    case "cumSum":
    case "unwindow":
      return sizeOf(operand)
    case "scatterAdd":
      return sizeOf(graph.nodes[inputs[2] as Id])
    default:
      return 0
  }
}

/** An attention's by its products; any other composite's by what it is made of. */
const claimedFlop = (graph: Graph, node: Node, body: Graph): number => {
  const { op, inputs, attrs } = node
  if (op !== "attention" && op !== "attentionBackward") {
    return body.nodes.reduce((sum, part) => sum + flopOf(body, part, sizeOf(part)), 0)
  }
  const isForward = op === "attention"
  const operands = isForward ? inputs.slice(0, 3) : inputs.slice(1, 4)
  const shape = attentionShape(graph, operands as unknown as readonly [Id, Id, Id], attrs as never)
  const { outer, keyHeads, group, queries, keys, width, out, causal } = shape
  let pairs = queries * keys
  if (causal) {
    pairs = 0
    for (let query = 0; query < queries; query++) pairs += Math.max(0, Math.min(keys, keys - queries + query + 1))
  }
  const products = isForward ? width + out : 3 * width + 2 * out
  return 2 * Shape.size(outer) * keyHeads * group * pairs * products
}
