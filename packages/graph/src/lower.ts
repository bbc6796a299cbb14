import { type AnyExpr, input, TensorType, topological } from "@residual/core"
import * as Either from "fp-ts/lib/Either.js"
import type { Claims } from "./claims.ts"
import { CompileError } from "./compileError.ts"
import type { Graph, Id, Named, Node } from "./graph.ts"

/**
 * What a program computes: outputs that are handed to the caller by name, and updates that replace slots.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import type { Computation } from "@residual/graph"
 * const doubled: Computation = { outputs: { y: op.mul(input("x", [2]), 2) } }
 * Object.keys(doubled.outputs) // => ["y"]
 * ```
 */
export interface Computation {
  readonly outputs: Readonly<Record<string, AnyExpr>>
  readonly updates?: Readonly<Record<string, AnyExpr>>
}

/**
 * Turns expressions into a graph: every expression once, in an order in which it can run. Composites that the backend
 * claims become one node, the others are inlined; `stopGradient` has done its work and disappears.
 *
 * Fails where two inputs of different types have one name, and where a slot is updated that is not read as such or has
 * another type.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { lower } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const x = input("x", [2])
 * const graph = lower({ outputs: { y: op.add(x, x) } }, new Set())
 * Either.isRight(graph) && graph.right.nodes.map((node) => node.op) // => ["input", "add"]
 * ```
 */
export const lower = (computation: Computation, claims: Claims): Either.Either<CompileError, Graph> =>
  Either.tryCatch(
    () => lowerOrThrow(computation, claims),
    (error) => {
      if (error instanceof CompileError) return error
      throw error
    }
  )

/** Where each expression went: a node, or what an inlined composite's outputs are. */
type Place = ReadonlyArray<Id>

const lowerOrThrow = ({ outputs, updates = {} }: Computation, claims: Claims): Graph => {
  const nodes: Array<Node> = []
  const places = new Map<AnyExpr, Place>()
  const inputs = new Map<string, { readonly id: Id; readonly node: Node }>()
  const placeOf = (expr: AnyExpr): Place => places.get(expr) as Place
  const append = (node: Node): Place => {
    nodes.push(node)
    return [nodes.length - 1]
  }
  const place = (expr: AnyExpr): Place => {
    const { op, attrs } = expr
    if (op.name === "stopGradient") return placeOf(expr.inputs[0] as AnyExpr)
    if (op.kind === "composite" && !claims.has(op)) return expr.body.map((value) => placeOf(value)[0] as Id)
    if (op.name === "project") {
      const from = placeOf(expr.inputs[0] as AnyExpr)
      const { output } = attrs as { readonly output: number }
      if (from.length > 1) return [from[output] as Id]
    }
    const node: Node = {
      op: op.name,
      inputs: expr.inputs.map((value) => placeOf(value)[0] as Id),
      attrs: attrs as Readonly<Record<string, unknown>>,
      types: expr.types,
      ...(op.kind === "composite" ? { body: bodyOf(expr, claims) } : {})
    }
    if (op.name !== "input") return append(node)
    const { name } = attrs as { readonly name: string }
    const known = inputs.get(name)
    if (known === undefined) {
      const at = append(node)
      inputs.set(name, { id: at[0] as Id, node })
      return at
    }
    const sameBinding = known.node.attrs["binding"] === node.attrs["binding"]
    if (!sameBinding || !TensorType.equals(known.node.types[0] as TensorType.TensorType, expr.type)) {
      const types = `${TensorType.print(known.node.types[0] as TensorType.TensorType)} and ${TensorType.print(expr.type)}`
      throw new CompileError(
        "lower",
        `two inputs are named "${name}": ${types}, ${String(known.node.attrs["binding"])} and ${String(node.attrs["binding"])}`
      )
    }
    return [known.id]
  }
  const roots = [...Object.values(outputs), ...Object.values(updates)]
  const inlined = (expr: AnyExpr): boolean => expr.op.kind === "composite" && !claims.has(expr.op)
  for (const expr of topological(roots, (expr) => (inlined(expr) ? expr.body : expr.inputs))) {
    places.set(expr, place(expr))
  }
  const named = (entries: Readonly<Record<string, AnyExpr>>): ReadonlyArray<Named> =>
    Object.entries(entries).map(([name, expr]) => ({ name, id: placeOf(expr)[0] as Id }))
  const graph = { nodes, outputs: named(outputs), updates: named(updates) }
  for (const { name, id } of graph.updates) checkUpdate(name, nodes[id] as Node, inputs.get(name)?.node)
  return graph
}

const checkUpdate = (name: string, value: Node, slot: Node | undefined): void => {
  if (slot === undefined) return
  const [given, held] = [value.types[0], slot.types[0]] as [TensorType.TensorType, TensorType.TensorType]
  if (slot.attrs["binding"] !== "slot")
    throw new CompileError("lower", `the update "${name}" names an input that is not a slot`)
  if (!TensorType.equals(given, held)) {
    throw new CompileError(
      "lower",
      `the update of slot "${name}" is ${TensorType.print(given)}, the slot holds ${TensorType.print(held)}`
    )
  }
}

const bodyOf = (expr: AnyExpr, claims: Claims): Graph => {
  if (expr.op.kind === "primitive") throw new CompileError("lower", `${expr.op.name} has no body`)
  const parameters = expr.inputs.map(({ type }, at) => input(String(at), type.shape, { dtype: type.dtype }))
  const values = expr.op.define(parameters, expr.attrs)
  const inside = new Set([...claims].filter((op) => op !== expr.op))
  return lowerOrThrow({ outputs: Object.fromEntries(values.map((value, at) => [String(at), value])) }, inside)
}
