import { Shape } from "@residual/core"
import type { Factor, Graph, Id, Node } from "@residual/graph"
import { type MatrixOperand, matrixStart } from "../../../kernel/attention/attentionShape.ts"
import { add, constant, type Index, quotient, remainder, scale } from "../../../kernel/indexExpression.ts"
import { type Axis, innermost } from "../../../kernel/product/axis.ts"
import type { ValueAccess } from "../../wgsl/kernel.ts"
import type { KernelValues } from "../kernelValues.ts"
import { block } from "../loopText.ts"
import type { Counters } from "./counters.ts"

/** Whether every four neighbours of a row, from its first on, are a vector of the value in memory. */
const isByVectors = ({ nodes }: Graph, { read, layout, rows, columns }: MatrixOperand): boolean => {
  const { shape } = (nodes[read] as Node).types[0] as { readonly shape: Shape.Shape }
  const inner = columns.at(-1)
  const steps: ReadonlyArray<Factor> = [...layout.axes.slice(0, -2).flat(), ...rows, ...columns.slice(0, -1)]
  return (
    inner?.stride === 1 &&
    inner.size % 4 === 0 &&
    layout.offset % 4 === 0 &&
    Shape.size(shape) % 4 === 0 &&
    steps.every(({ stride }) => stride % 4 === 0)
  )
}

/** The values that are read in vectors of four: those of which every matrix allows it, and nothing else is read. */
export const readByVectors = (
  graph: Graph,
  matrices: ReadonlyArray<MatrixOperand>,
  others: ReadonlyArray<MatrixOperand>
): ReadonlySet<Id> => {
  const bad = new Set(others.map(({ read }) => read))
  for (const matrix of matrices) if (!isByVectors(graph, matrix)) bad.add(matrix.read)
  return new Set(matrices.map(({ read }) => read).filter((read) => !bad.has(read)))
}

/** Where an element that is there lies on an axis of nested steps. */
const along = (place: Index, axis: Axis): Index => {
  let inner = 1
  const parts: Array<Index> = []
  for (const [at, { size, stride }] of [...axis.entries()].reverse()) {
    const above = quotient(place, inner)
    parts.push(scale(at === 0 ? above : remainder(above, size), stride))
    inner *= size
  }
  return add(...parts)
}

/** One element of an operand that has a number for each row, or for each row and column. */
export const numberText = (
  counters: Counters,
  values: KernelValues,
  operand: MatrixOperand,
  head: ReadonlyArray<Index>,
  dtype: "f32" | "bool"
): ((access: ValueAccess, row: Index, column?: Index) => string) => {
  const value = values.read(operand.read, dtype)
  return (access, row, column) => {
    const start = matrixStart(operand, column === undefined ? 1 : 2, head)
    const parts = column === undefined ? [] : [along(column, operand.columns)]
    return access.load(value, counters.text(add(start, along(row, operand.rows), ...parts)))
  }
}

/** How many vectors a row of so many elements makes. */
export const vectorsOf = (width: number): number => Math.ceil(width / 4)

/** Rows of a matrix in vectors of four, the last filled up with zeros. */
export interface Rows {
  readonly width: number
  /** How many vectors a row makes. */
  readonly vectors: number
  /** Whether neighbours in memory are of one column, not of one row. */
  readonly isTransposed: boolean
  /** Statements that set a variable, zero so far, to a vector of a row, where the row has so many. */
  readonly load: (access: ValueAccess, to: string, row: Index, vector: Index) => ReadonlyArray<string>
}

/** The rows of an operand's matrix for a head, given by its coordinates. */
export const rowsOf = (
  counters: Counters,
  values: KernelValues,
  byVectors: ReadonlySet<Id>,
  operand: MatrixOperand,
  head: ReadonlyArray<Index>,
  width: number
): Rows => {
  const vectors = vectorsOf(width)
  const { rows, columns, read } = operand
  const isTransposed = innermost(rows).stride === 1 && innermost(columns).stride !== 1
  if (width === 0) return { width, vectors, isTransposed, load: () => [] }
  const isWhole = byVectors.has(read)
  const value = values.read(read, "f32", isWhole)
  const load: Rows["load"] = (access, to, row, vector) => {
    const ofRow = add(matrixStart(operand, 2, head), along(row, rows))
    const place = (component: number): Index => add(ofRow, along(add(scale(vector, 4), constant(component)), columns))
    const within = (count: number, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
      vector.high < count ? lines : vector.low >= count ? [] : block(`if (${counters.text(vector)} < ${count})`, lines)
    if (isWhole) return within(vectors, [`${to} = ${access.load(value, counters.text(quotient(place(0), 4)))};`])
    const element = (component: number): string => access.load(value, counters.text(place(component)))
    const last = width % 4
    if (last === 0) return within(vectors, [`${to} = vec4f(${components.map(element).join(", ")});`])
    const set = (component: number): string => `${to}.${"xyzw"[component]} = ${element(component)};`
    return [
      ...within(vectors, components.slice(0, last).map(set)),
      ...within(vectors - 1, components.slice(last).map(set))
    ]
  }
  return { width, vectors, isTransposed, load }
}

const components = [0, 1, 2, 3] as const
