import { composite } from "../composite.ts"
import type { AnyExpr } from "../expr.ts"
import { ShapeError } from "../shapeError.ts"
import { mul } from "./arithmetic.ts"
import { dot } from "./dot.ts"
import { type Equation, equationOf } from "./einsumEquation.ts"
import { isNumeric } from "./leaf.ts"
import { slice, transpose } from "./movement.ts"
import { reshape, squeeze, sum } from "./stretch.ts"

/** A value whose axes have labels, each once. */
interface Labelled {
  readonly value: AnyExpr
  readonly labels: ReadonlyArray<string>
}

/** A value with the axes of a repeated label replaced by their diagonal, until there is none. */
const diagonal = ({ value, labels }: Labelled): Labelled => {
  const second = labels.findIndex((label, at) => labels.indexOf(label) !== at)
  if (second < 0) return { value, labels }
  const first = labels.indexOf(labels[second] as string)
  const kept = labels.flatMap((_, axis) => (axis === first || axis === second ? [] : [axis]))
  const square = transpose(value, [...kept, first, second])
  const length = value.type.shape[first] as number
  const outer = kept.map((axis) => value.type.shape[axis] as number)
  // Row by row, the diagonal's elements are a row and one more apart.
  const steps = [...outer.map(() => 1), length + 1]
  const elements = slice(reshape(square, [...outer, length * length]), { steps })
  return diagonal({ value: elements, labels: [...kept, first].map((axis) => labels[axis] as string) })
}

/** A value without the axes of size 1 that others stretch, and summed over those that nobody else reads. */
const reducedTo = (kept: ReadonlySet<string>, { value, labels }: Labelled, sizes: Equation["sizes"]): Labelled => {
  const stretched = labels.flatMap((label, axis) => (value.type.shape[axis] === sizes.get(label) ? [] : [axis]))
  const own = labels.filter((_, axis) => !stretched.includes(axis))
  const axes = own.flatMap((label, axis) => (kept.has(label) ? [] : [axis]))
  return {
    value: sum(squeeze(value, stretched), { axes }),
    labels: own.filter((label) => kept.has(label))
  }
}

/** The axes of a pair by what becomes of them. */
interface Roles {
  readonly batch: ReadonlyArray<string>
  readonly contracted: ReadonlyArray<string>
  readonly left: ReadonlyArray<string>
  readonly right: ReadonlyArray<string>
}

const rolesOf = (a: Labelled, b: Labelled, kept: ReadonlySet<string>): Roles => {
  const shared = a.labels.filter((label) => b.labels.includes(label))
  return {
    batch: shared.filter((label) => kept.has(label)),
    contracted: shared.filter((label) => !kept.has(label)),
    left: a.labels.filter((label) => !shared.includes(label)),
    right: b.labels.filter((label) => !shared.includes(label))
  }
}

const ordered = ({ value, labels }: Labelled, order: ReadonlyArray<string>): AnyExpr =>
  transpose(
    value,
    order.map((label) => labels.indexOf(label))
  )

/** Two values contracted over the labels that only they read: one `dot`, or a product where there are none. */
const contract = (a: Labelled, b: Labelled, kept: ReadonlySet<string>, sizes: Equation["sizes"]): Labelled => {
  const { batch, contracted, left, right } = rolesOf(a, b, kept)
  const shape = (labels: ReadonlyArray<string>): ReadonlyArray<number> =>
    labels.map((label) => sizes.get(label) as number)
  const size = (labels: ReadonlyArray<string>): number => shape(labels).reduce((product, length) => product * length, 1)
  const labels = [...batch, ...left, ...right]
  if (contracted.length === 0) {
    const rows = reshape(ordered(a, [...batch, ...left]), [...shape([...batch, ...left]), ...right.map(() => 1)])
    const columns = reshape(ordered(b, [...batch, ...right]), [...shape(batch), ...left.map(() => 1), ...shape(right)])
    return { value: mul(rows, columns), labels }
  }
  const lhs = reshape(ordered(a, [...batch, ...left, ...contracted]), [...shape(batch), size(left), size(contracted)])
  const rhs = reshape(ordered(b, [...batch, ...contracted, ...right]), [...shape(batch), size(contracted), size(right)])
  return { value: reshape(dot(lhs, rhs), shape(labels)), labels }
}

/** The labels that the result or other values than the given ones read. */
const keptBeside = (
  values: ReadonlyArray<Labelled>,
  without: ReadonlyArray<Labelled>,
  result: ReadonlyArray<string>
): ReadonlySet<string> =>
  new Set([...result, ...values.flatMap((value) => (without.includes(value) ? [] : value.labels))])

/** The pair whose contraction grows the least, as opt_einsum's greedy order has it; the first of equal ones. */
const nextPair = (
  values: ReadonlyArray<Labelled>,
  result: ReadonlyArray<string>,
  sizes: Equation["sizes"]
): readonly [Labelled, Labelled] => {
  const size = (labels: ReadonlyArray<string>): number =>
    labels.reduce((product, label) => product * (sizes.get(label) as number), 1)
  const pairs = values.flatMap((a, at) => values.slice(at + 1).map((b) => [a, b] as const))
  const growth = pairs.map(([a, b]) => {
    const { batch, left, right } = rolesOf(a, b, keptBeside(values, [a, b], result))
    return size([...batch, ...left, ...right]) - size(a.labels) - size(b.labels)
  })
  return pairs[growth.indexOf(Math.min(...growth))] as readonly [Labelled, Labelled]
}

const einsumOp = composite<{ readonly equation: string }>("einsum", {
  body: (operands, { equation }) => {
    const types = operands.map(({ type }) => type)
    const { operands: labels, result, sizes } = equationOf(equation, types)
    const diagonals = operands.map((value, at) => diagonal({ value, labels: labels[at] as ReadonlyArray<string> }))
    let values: ReadonlyArray<Labelled> = diagonals.map((value) =>
      reducedTo(keptBeside(diagonals, [value], result), value, sizes)
    )
    while (values.length > 1) {
      const [a, b] = nextPair(values, result, sizes)
      const contracted = contract(a, b, keptBeside(values, [a, b], result), sizes)
      values = [...values.filter((value) => value !== a && value !== b), contracted]
    }
    return ordered(values[0] as Labelled, result)
  },
  rule: "r contracted with the other operands"
})

/**
 * The sum of products that an equation names: a letter for each axis of each operand, `->`, and the letters of the
 * result; letters that the result does not name are summed over. A letter twice in one operand is its diagonal; `...`
 * stands for any axes, which broadcast; without `->` the result is `...` and the letters that come once, in
 * alphabetical order. Operands are contracted two at a time, the pair whose result grows the least first.
 *
 * Throws a `ShapeError` for an equation that does not fit the operands, and for operands of several element types.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const q = input("q", [2, 3, 5, 4])
 * op.einsum("bqhd,bkhd->bhqk", q, input("k", [2, 7, 5, 4])).type.shape // => [2, 5, 3, 7]
 * op.einsum("ii", input("x", [3, 3])).type.shape // => []
 * ```
 */
export const einsum = (equation: string, ...operands: ReadonlyArray<AnyExpr>): AnyExpr => {
  const types = operands.map(({ type }) => type)
  if (types.some(({ dtype }) => dtype !== types[0]?.dtype || !isNumeric(dtype))) {
    throw new ShapeError("einsum", types, "operands of one numeric type")
  }
  return einsumOp(operands, { equation })
}
