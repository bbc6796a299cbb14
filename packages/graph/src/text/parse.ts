import { isPrimitiveName, type TensorType } from "@residual/core"
import * as Either from "fp-ts/lib/Either.js"
import type { CompileError } from "../compileError.ts"
import type { Graph, Named, Node } from "../graph.ts"
import { verify } from "../verify/verify.ts"
import { type Lines, linesOf, orCompileError } from "./lines.ts"
import { impliedAttributes } from "./nodeText.ts"
import { reader } from "./reader.ts"

/**
 * Reads the text of a graph, as `print` writes it, and verifies the graph. Fails with the line and column where the
 * text is not one, and with the node that is ill-typed.
 *
 * ```ts
 * import { parse, print } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const text = '%0: f32[2] = input() {binding: "run", name: "x"}\n%1: f32[2] = neg(%0)\noutputs: y = %1\n'
 * Either.map(print)(parse(text)) // => Either.right(text)
 * const bad = parse("%0: f32[2] = neg(%0")
 * Either.isLeft(bad) && bad.left.message // => 'parse: line 1, column 20: expected ")", found ""'
 * ```
 */
export const parse = (text: string): Either.Either<CompileError, Graph> =>
  Either.chain((graph: Graph) => verify(graph, "parse"))(
    orCompileError(() => {
      const lines = linesOf(text)
      const graph = readGraph(lines, "")
      return lines.next === undefined ? graph : lines.fail("the end of the text")
    })
  )

/** Reads the lines of a graph that have an indent. */
export const readGraph = (lines: Lines, indent: string): Graph => {
  const nodes: Array<Node> = []
  while (lines.next?.startsWith(`${indent}%`) === true) nodes.push(readNode(lines, indent, nodes.length))
  const outputs = readNamed(lines, indent, "outputs:")
  if (outputs === undefined) return lines.fail(`"outputs:"`)
  return { nodes, outputs, updates: readNamed(lines, indent, "updates:") ?? [] }
}

const readNode = (lines: Lines, indent: string, id: number): Node => {
  const line = lines.take()
  const read = reader(line, lines.number)
  read.expect(`%${id}:`)
  const types = read.skip("(") ? read.list(read.type, ")") : [read.type()]
  read.expect("=")
  const op = read.name()
  read.expect("(")
  const inputs = read.list(read.id, ")")
  const told = read.sees("{") ? (read.value() as Node["attrs"]) : {}
  if (read.isAtEnd()) return { op, inputs, attrs: { ...implied(op, types), ...told }, types }
  read.expect("where")
  read.end()
  return { op, inputs, attrs: told, types, body: readGraph(lines, `${indent}  `) }
}

const implied = (op: string, types: ReadonlyArray<TensorType.TensorType>): Readonly<Record<string, unknown>> => {
  const [type] = types
  if (!isPrimitiveName(op) || type === undefined) return {}
  return Object.fromEntries((impliedAttributes[op] ?? []).map((name) => [name, type[name]]))
}

const readNamed = (lines: Lines, indent: string, label: string): ReadonlyArray<Named> | undefined => {
  if (lines.next?.startsWith(indent + label) !== true) return undefined
  const line = lines.take()
  const read = reader(line, lines.number)
  read.expect(label)
  const entries: Array<Named> = []
  if (read.isAtEnd()) return entries
  do {
    const name = read.name()
    read.expect("=")
    entries.push({ name, id: read.id() })
  } while (read.skip(","))
  read.end()
  return entries
}
