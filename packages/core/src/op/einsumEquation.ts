import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import type { TensorType } from "../tensorType.ts"

/**
 * An einsum equation read against its operands: a label for each axis of each operand and of the result. Axes that
 * `...` stands for have labels of their own, counted from the end, so that they align as in broadcasting.
 */
export interface Equation {
  readonly operands: ReadonlyArray<ReadonlyArray<string>>
  readonly result: ReadonlyArray<string>
  readonly sizes: ReadonlyMap<string, number>
}

const ellipsis = "..."

/** The letters of a part, with `...` as one label. */
const termOf = (part: string, refuse: (expected: string) => never): ReadonlyArray<string> => {
  const labels = part.match(/\.{3}|[A-Za-z]/g) ?? []
  if (labels.join("") !== part) refuse(`letters and at most one "..." in "${part}"`)
  if (labels.filter((label) => label === ellipsis).length > 1) refuse(`at most one "..." in "${part}"`)
  return labels
}

/** The labels of the last `count` axes that `...` stands for. */
const hidden = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, at) => `${ellipsis}${count - at}`)

const spread = (term: ReadonlyArray<string>, count: number): ReadonlyArray<string> =>
  term.flatMap((label) => (label === ellipsis ? hidden(count) : [label]))

/** Reads an equation such as `"bqhd,bkhd->bhqk"`. Throws a `ShapeError` that names the part which does not fit. */
export const equationOf = (equation: string, types: ReadonlyArray<TensorType>): Equation => {
  const refuse = (expected: string): never => {
    throw new ShapeError("einsum", types, expected)
  }
  const [left, right, ...more] = equation.replaceAll(" ", "").split("->") as [string, string | undefined, ...string[]]
  if (more.length > 0) refuse(`one "->" in "${equation}"`)
  const terms = left.split(",").map((part) => termOf(part, refuse))
  if (terms.length !== types.length) {
    refuse(`${terms.length} operands for "${left}", not ${types.length}`)
  }
  const operands = terms.map((term, at) => {
    const { shape } = types[at] as TensorType
    const given = term.filter((label) => label !== ellipsis).length
    const legal = term.includes(ellipsis) ? given <= shape.length : given === shape.length
    if (!legal) refuse(`${given} axes for "${term.join("")}", operand ${at} has ${shape.length}`)
    return spread(term, shape.length - given)
  })
  const sizes = sizesOf(operands, types, refuse)
  const all = operands.flat()
  const widest = Math.max(0, ...all.map((label) => (label.startsWith(ellipsis) ? Number(label.slice(3)) : 0)))
  const once = [...new Set(all)].filter(
    (label) => !label.startsWith(ellipsis) && all.indexOf(label) === all.lastIndexOf(label)
  )
  const result = spread(right === undefined ? [ellipsis, ...once.sort()] : termOf(right, refuse), widest)
  for (const [at, label] of result.entries()) {
    if (!sizes.has(label)) refuse(`labels of the operands in "${right}", not "${label}"`)
    if (result.indexOf(label) !== at) refuse(`each label once in "${right}", not "${label}" twice`)
  }
  return { operands, result, sizes }
}

const sizesOf = (
  operands: ReadonlyArray<ReadonlyArray<string>>,
  types: ReadonlyArray<TensorType>,
  refuse: (expected: string) => never
): ReadonlyMap<string, number> => {
  const sizes = new Map<string, number>()
  for (const [at, labels] of operands.entries()) {
    for (const [axis, label] of labels.entries()) {
      const size = (types[at] as TensorType).shape[axis] as number
      const known = sizes.get(label) ?? size
      const [both] =
        (label.startsWith(ellipsis) ? ShapeOf.broadcast([known], [size]) : known === size ? [size] : undefined) ?? []
      const name = label.startsWith(ellipsis) ? ellipsis : label
      if (both === undefined) refuse(`one size for "${name}", not ${known} and ${size}`)
      else sizes.set(label, both)
    }
  }
  return sizes
}
