import { isPrimitiveName, primitives, ShapeError, TensorType } from "@residual/core"
import * as Either from "fp-ts/lib/Either.js"
import { CompileError } from "../compileError.ts"
import type { Graph, Id, Node } from "../graph.ts"
import { isPlainAttribute } from "../text/attributeText.ts"
import { operandCount } from "./operandCount.ts"

/**
 * Checks a graph and gives it back: every node reads as many earlier ones as its op has operands, has the types that its
 * op's own rule derives from theirs, and attributes that are plain data; nodes with several outputs are read by `project` only, and `project` reads
 * nothing else; inputs have one node for each name; outputs and updates exist, once each, and an update has its slot's
 * type; bodies of claimed composites are graphs of the node's types. Fails at the first defect, as one of the `stage`.
 *
 * ```ts
 * import { verify } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const f32 = { dtype: "f32", shape: [2] } as const
 * const early = { op: "neg", inputs: [0], attrs: {}, types: [f32] }
 * const result = verify({ nodes: [early], outputs: [], updates: [] })
 * Either.isLeft(result) && result.left.message // => "verify: %0 neg reads %0, which is not before it"
 * ```
 */
export const verify = (graph: Graph, stage = "verify"): Either.Either<CompileError, Graph> => {
  const defect = defectOf(graph)
  return defect === undefined ? Either.right(graph) : Either.left(new CompileError(stage, defect))
}

const defectOf = (graph: Graph): string | undefined => {
  const names = new Set<string>()
  for (const [id, node] of graph.nodes.entries()) {
    const defect = nodeDefect(graph.nodes, node, id) ?? nameDefect(node, names)
    if (defect !== undefined) return `%${id} ${node.op} ${defect}`
  }
  return boundaryDefect(graph)
}

const nodeDefect = (nodes: ReadonlyArray<Node>, node: Node, id: Id): string | undefined => {
  const given: Array<TensorType.TensorType> = []
  for (const input of node.inputs) {
    if (!(Number.isInteger(input) && input >= 0 && input < id)) return `reads %${input}, which is not before it`
    const { types } = nodes[input] as Node
    if (node.op === "project" ? types.length === 1 : types.length !== 1) {
      return node.op === "project"
        ? "reads something that has a single output"
        : `reads %${input}, which has ${types.length} outputs, without a project`
    }
    for (const type of types) given.push(type)
  }
  if (!isPlainAttribute(node.attrs)) return "has attributes that are not plain data"
  const { op } = node
  if (node.body !== undefined) {
    return isPrimitiveName(op) ? "is a composite with a primitive's name" : bodyDefect(node, node.body, given)
  }
  if (!isPrimitiveName(op)) return "is neither a primitive nor has it a body"
  const count = operandCount[op]
  if (count === null ? given.length === 0 : count !== node.inputs.length) {
    return `has ${node.inputs.length} operands, and should have ${count ?? "some"}`
  }
  return leafDefect(node) ?? typeDefect(node, () => primitives[op].infer(given, node.attrs as never))
}

/** What is wrong with the attributes of an input or constant, which do not come out of its operands. */
const leafDefect = ({ op, attrs: { name, binding, values } }: Node): string | undefined => {
  if (op === "input" && typeof name !== "string") return "has no name"
  if (op === "input" && binding !== "run" && binding !== "slot") return `is bound to "${String(binding)}"`
  const isNumbers = Array.isArray(values) && values.every((value) => typeof value === "number")
  return op === "constant" && !isNumbers ? "has values that are no numbers" : undefined
}

const typeDefect = (node: Node, infer: () => ReadonlyArray<TensorType.TensorType>): string | undefined => {
  try {
    const types = infer()
    const same =
      types.length === node.types.length &&
      types.every((type, at) => TensorType.equals(type, node.types[at] as TensorType.TensorType))
    return same ? undefined : `is typed ${print(node.types)}, and should be ${print(types)}`
  } catch (error) {
    if (error instanceof ShapeError) return `is ill-typed: ${error.message}`
    // A rule that stumbles over the attributes: those of an op in a text may be missing, or another op's.
    if (error instanceof TypeError) return "has not the attributes of its op"
    throw error
  }
}

const print = (types: ReadonlyArray<TensorType.TensorType>): string => types.map(TensorType.print).join(", ")

const nameDefect = (node: Node, names: Set<string>): string | undefined => {
  if (node.op !== "input" || node.body !== undefined) return undefined
  const name = String(node.attrs["name"])
  if (names.has(name)) return `is a second input named "${name}"`
  names.add(name)
  return undefined
}

const bodyDefect = (node: Node, body: Graph, given: ReadonlyArray<TensorType.TensorType>): string | undefined => {
  const inside = defectOf(body)
  if (inside !== undefined) return `has a body in which ${inside}`
  if (body.updates.length > 0) return "has a body that updates slots"
  for (const { op, attrs, types } of body.nodes) {
    if (op !== "input") continue
    const type = given[Number(attrs["name"])]
    if (
      type === undefined ||
      attrs["binding"] !== "run" ||
      !TensorType.equals(type, types[0] as TensorType.TensorType)
    ) {
      return `has a body that reads "${String(attrs["name"])}", which is not one of its operands`
    }
  }
  const results = node.types.map((_, at) => body.outputs.find(({ name }) => name === String(at)))
  if (body.outputs.length !== node.types.length || results.some((output) => output === undefined)) {
    return `has ${node.types.length} outputs and a body of ${body.outputs.length}`
  }
  return typeDefect(node, () => results.flatMap((output) => body.nodes[output?.id as Id]?.types ?? []))
}

const boundaryDefect = ({ nodes, outputs, updates }: Graph): string | undefined => {
  for (const [what, entries] of [
    ["output", outputs],
    ["update", updates]
  ] as const) {
    const names = new Set<string>()
    for (const { name, id } of entries) {
      if (nodes[id] === undefined) return `the ${what} "${name}" names %${id}, which does not exist`
      if (nodes[id].types.length !== 1)
        return `the ${what} "${name}" names %${id}, which has ${nodes[id].types.length} outputs`
      if (names.has(name)) return `two ${what}s are named "${name}"`
      names.add(name)
    }
  }
  const inputs = new Map(nodes.flatMap((node) => (isInput(node) ? [[String(node.attrs["name"]), node] as const] : [])))
  for (const { name, id } of updates) {
    const slot = inputs.get(name)
    if (slot === undefined) continue
    if (slot.attrs["binding"] !== "slot") return `the update "${name}" names an input that is not a slot`
    if (!TensorType.equals(slot.types[0] as TensorType.TensorType, nodes[id]?.types[0] as TensorType.TensorType)) {
      return `the update "${name}" is ${print(nodes[id]?.types ?? [])}, the slot holds ${print(slot.types)}`
    }
  }
  return undefined
}

const isInput = ({ op, body }: Node): boolean => op === "input" && body === undefined
