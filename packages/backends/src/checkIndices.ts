import type { TensorType } from "@residual/core"
import type { Graph, Id, Node } from "@residual/graph"
import { IndexError } from "./error/indexError.ts"
import type { Tensor } from "./tensor.ts"

/** An input whose elements a program reads as indices into an axis of `length` elements. */
export interface IndexUse {
  readonly input: string
  readonly op: string
  readonly length: number
}

/** Ops whose result has no other elements than their operand. */
const rearranging = new Set(["reshape", "broadcast", "transpose", "barrier"])

/**
 * The inputs that a graph looks up or scatters by as they are given, possibly rearranged. Indices that are computed are
 * the program's own, and what lies outside has a meaning there.
 */
export const indexUses = (graph: Graph): ReadonlyArray<IndexUse> => {
  const source = (id: Id): Node => {
    const node = graph.nodes[id] as Node
    return rearranging.has(node.op) ? source(node.inputs[0] as Id) : node
  }
  const uses = graph.nodes.flatMap((node): ReadonlyArray<IndexUse> => {
    const use = (id: Id, op: string, length: number): ReadonlyArray<IndexUse> => {
      const { op: kind, attrs } = source(id)
      return kind === "input" && attrs["binding"] !== "slot" ? [{ input: attrs["name"] as string, op, length }] : []
    }
    if (node.body !== undefined) {
      return indexUses(node.body).flatMap((inner) => use(node.inputs[Number(inner.input)] as Id, node.op, inner.length))
    }
    if (node.op !== "gather" && node.op !== "scatterAdd") return []
    const [whole] = (graph.nodes[node.inputs[0] as Id] as Node).types as readonly [TensorType.TensorType]
    return use(node.inputs[1] as Id, node.op, whole.shape[node.attrs["axis"] as number] as number)
  })
  return uses.filter(
    (use, at) => uses.findIndex((other) => other.input === use.input && other.length === use.length) === at
  )
}

/** The first index that lies outside the axis that it looks up. */
export const checkIndices = (
  uses: ReadonlyArray<IndexUse>,
  inputs: Readonly<Record<string, Tensor>>
): IndexError | undefined => {
  for (const { input, op, length } of uses) {
    const elements = (inputs[input] as Tensor)["~elements"]
    for (let position = 0; position < elements.length; position++) {
      const index = elements[position] as number
      if (index < 0 || index >= length) return new IndexError({ input, op, position, index, length })
    }
  }
  return undefined
}
