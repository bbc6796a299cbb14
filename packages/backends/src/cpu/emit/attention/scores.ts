import type { AttentionShape } from "../../../kernel/attention/attentionShape.ts"
import type { Element, Elements } from "../../../kernel/element.ts"
import { add, constant, coordinatesOf, type Index, placeOf, scale } from "../../../kernel/indexExpression.ts"
import type { Axis } from "../../../kernel/product/axis.ts"

/** Names of what an attention's nests read and write, none of which is a value of the program. */
export const nested = { first: -1, second: -2, logSumExp: -3, delta: -4, mask: -5 } as const

/** A part of a head's matrix of scores, from a row and a column on, and where its elements lie. */
export interface ScorePart {
  readonly rowFrom: number
  readonly columnFrom: number
  readonly rows: number
  readonly columns: number
  /** From a row to the next, in elements. */
  readonly rowStride: number
}

/** Where an element lies on an axis that may be several steps. */
export const along = (coordinate: Index, axis: Axis): Index =>
  placeOf(
    coordinatesOf(
      coordinate,
      axis.map(({ size }) => size)
    ),
    axis.map(({ stride }) => stride)
  )

/** A score from the product of a query and a key: scaled, and -∞ where the query may not read the key. */
export const scoreOf = (
  elements: Elements,
  shape: AttentionShape,
  part: ScorePart,
  mask: { readonly rows: Axis; readonly columns: Axis } | undefined,
  [row, column]: readonly [Index, Index]
): Element => {
  const { dtype, causal, keys, queries } = shape
  const place = add(scale(row, part.rowStride), column)
  const product = elements.load(dtype, nested.first, place)
  const scaled = elements.operation(dtype, "mul", [product, elements.number(dtype, shape.scale)])
  const nothing = elements.number(dtype, Number.NEGATIVE_INFINITY)
  const [query, key] = [add(row, constant(part.rowFrom)), add(column, constant(part.columnFrom))]
  const masked =
    mask === undefined
      ? scaled
      : elements.operation(dtype, "where", [
          elements.load("bool", nested.mask, add(along(query, mask.rows), along(key, mask.columns))),
          scaled,
          nothing
        ])
  const last = part.rowFrom + keys - queries
  if (!causal || last >= part.columnFrom + part.columns - 1) return masked
  const isLater = elements.operation("bool", "less", [
    elements.index("i32", add(query, constant(keys - queries))),
    elements.index("i32", key)
  ])
  return elements.operation(dtype, "where", [isLater, nothing, masked])
}
