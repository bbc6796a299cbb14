import type { AttentionShape, MatrixOperand } from "../../../kernel/attention/attentionShape.ts"
import { add, type Index, scale } from "../../../kernel/indexExpression.ts"
import { type Nest, nestsOf } from "../../../kernel/nest.ts"
import { lines } from "../../lines.ts"
import { type Code, get, type Local, nothing, sequence, set } from "../../wasm/code.ts"
import { bytesOf } from "../elementSource.ts"
import type { Head } from "./headKernel.ts"
import { steps } from "./queryBlocks.ts"
import { along, nested } from "./scores.ts"

/** A matrix of an operand whose rows lie equal steps apart, so that blocks of them are axes as well. */
export interface RegularRows {
  /** Where its elements lie, from its first on. */
  readonly operand: MatrixOperand
  /** What a copy of it takes, where the operand's own rows do not lie so; else 0. */
  readonly bytes: number
  /** Copies it to a place from where the operand's matrix starts, to which the local is set then. */
  readonly copied: (head: Head, start: Local, place: Code) => Code
}

/** An operand's matrix of so many rows and columns, as it lies or as a copy. */
export const regularRows = (
  dtype: AttentionShape["dtype"],
  operand: MatrixOperand,
  rows: number,
  columns: number
): RegularRows => {
  // Parts of an axis that is several steps are no axes.
  if (operand.rows.length <= 1) return { operand, bytes: 0, copied: () => nothing }
  return {
    operand: { ...operand, rows: steps(rows, columns), columns: steps(columns, 1) },
    bytes: lines(rows * columns * bytesOf(dtype)),
    copied: (head, start, place) => {
      const target = head.local("i32")
      const pointers = new Map([
        [nested.first, start],
        [nested.second, target]
      ])
      return sequence(
        set(target, place),
        head.run(copyNest(dtype, rows, columns, operand), pointers),
        set(start, get(target))
      )
    }
  }
}

/** A matrix as it lies, copied row by row. */
export const copyNest = (
  dtype: AttentionShape["dtype"],
  rows: number,
  columns: number,
  operand: MatrixOperand
): Nest => {
  const [nest] = nestsOf([rows, columns], [], ([row, column], elements) => {
    const index = add(along(row as Index, operand.rows), along(column as Index, operand.columns))
    const place = add(scale(row as Index, columns), column as Index)
    const store = { id: nested.second, place, element: elements.load(dtype, nested.first, index) }
    return { passes: [{ reductions: [], stores: [store] }], rowStores: [] }
  })
  return nest as Nest
}
