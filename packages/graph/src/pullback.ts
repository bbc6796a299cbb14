import {
  type AnyExpr,
  applyComposite,
  type Composite,
  DerivativeError,
  type MaybeResidual,
  op,
  project,
  ShapeError,
  TensorType,
  topological
} from "@residual/core"
import type { Monoid } from "fp-ts/lib/Monoid.js"
import { sameInputs } from "./sameInputs.ts"

/**
 * How residuals that arrive at one value combine: they are summed, and an absent one adds nothing. Copying forward is
 * adding backward.
 *
 * ```ts
 * import { fanIn } from "@residual/graph"
 * fanIn.concat(null, fanIn.empty) // => null
 * ```
 */
export const fanIn: Monoid<MaybeResidual> = {
  empty: null,
  concat: (self, that) => (self === null ? that : that === null ? self : op.add(self, that))
}

/** A value and the residual it is given. */
export interface Seed {
  readonly value: AnyExpr
  readonly residual: AnyExpr
}

/** A residual on its way into a value: which op handed it over, or `null` for the seed. */
export interface Arrival {
  readonly from: AnyExpr | null
  readonly residual: AnyExpr
}

/**
 * A backward pass: what arrived at each value from each of its uses, in the order in which it arrived, and the sum. An
 * op with several outputs has a list for each.
 */
export interface BackwardPass {
  readonly arrivals: (value: AnyExpr) => ReadonlyArray<Arrival>
  readonly residual: (value: AnyExpr) => MaybeResidual
  /** What an op handed to its inputs; `undefined` where no residual reached it. */
  readonly outgoing: (value: AnyExpr) => ReadonlyArray<MaybeResidual> | undefined
}

/**
 * Runs the backward pass from seeds towards the values `towards`: each op that lies between is given its incoming
 * residuals, and what its backward returns is added to whatever else arrives at its inputs. With `cut`, residuals end at
 * the values `towards` and do not pass through them to what they were made of. Inputs of one name and type are one value,
 * composed once or several times.
 *
 * Throws a `ShapeError` for a seed that has another type than its value, and a `DerivativeError` for a backward that
 * returns a residual of another type than its input.
 *
 * ```ts
 * import { constant, input, op } from "@residual/core"
 * import { backwardPass } from "@residual/graph"
 * const x = input("x", [2])
 * const y = op.mul(x, x)
 * backwardPass([{ value: y, residual: constant([1, 1]) }], [x]).arrivals(x).length // => 2
 * ```
 */
export const backwardPass = (
  seeds: ReadonlyArray<Seed>,
  towards: ReadonlyArray<AnyExpr>,
  options: { readonly cut?: boolean } = {}
): BackwardPass => {
  const same = sameInputs()
  const goals = new Set(towards.map(same))
  const isEnd = (expr: AnyExpr): boolean => options.cut === true && goals.has(same(expr))
  const order = topological(
    seeds.map(({ value }) => value),
    (expr) => (isEnd(expr) ? [] : expr.inputs)
  )
  const leading = new Set<AnyExpr>()
  const leads = (expr: AnyExpr): boolean => leading.has(same(expr))
  for (const expr of order) {
    const passes = expr.op.name === "project" || expr.op.backward !== "none"
    if (goals.has(same(expr)) || (passes && expr.inputs.some(leads))) leading.add(same(expr))
  }
  const arrivals = new Map<AnyExpr, ReadonlyArray<Array<Arrival>>>()
  const outgoing = new Map<AnyExpr, ReadonlyArray<MaybeResidual>>()
  const arrive = (from: AnyExpr | null, value: AnyExpr, output: number, residual: MaybeResidual): void => {
    if (residual === null || !leads(value)) return
    const lists = arrivals.get(same(value)) ?? value.types.map(() => [])
    arrivals.set(same(value), lists)
    lists[output]?.push({ from, residual })
  }
  for (const { value, residual } of seeds) {
    if (!TensorType.equals(value.type, residual.type)) {
      throw new ShapeError("pullback", [value.type, residual.type], "a residual of the type of its value")
    }
    arrive(null, value, 0, residual)
  }
  for (const expr of order.reverse()) {
    const lists = arrivals.get(expr)
    if (lists === undefined || isEnd(expr)) continue
    const incoming = lists.map(total)
    if (expr.op.name === "project") {
      arrive(expr, expr.inputs[0] as AnyExpr, (expr.attrs as { readonly output: number }).output, incoming[0] ?? null)
      continue
    }
    const handed = applyBackward(expr, incoming, leads)
    outgoing.set(expr, handed)
    for (const [at, input] of expr.inputs.entries()) arrive(expr, input, 0, handed[at] ?? null)
  }
  const arrivalsAt = (value: AnyExpr): ReadonlyArray<Arrival> => arrivals.get(same(value))?.[0] ?? []
  return {
    arrivals: arrivalsAt,
    residual: (value) => total(arrivalsAt(value)),
    outgoing: (value) => outgoing.get(value)
  }
}

const total = (arrivals: ReadonlyArray<Arrival>): MaybeResidual =>
  arrivals.map(({ residual }) => residual).reduce<MaybeResidual>(fanIn.concat, fanIn.empty)

/**
 * One op's backward: its own, or that of its body, as it is or computed again, cut at its inputs. `wanted` says which inputs need a residual.
 *
 * Throws a `DerivativeError` for a residual of another type than its input, and for another number of them.
 *
 * ```ts
 * import { constant, input, op } from "@residual/core"
 * import { applyBackward } from "@residual/graph"
 * const y = op.exp(input("x", [2]))
 * applyBackward(y, [constant([1, 1])], () => true).length // => 1
 * ```
 */
export const applyBackward = (
  expr: AnyExpr,
  incoming: ReadonlyArray<MaybeResidual>,
  wanted: (input: AnyExpr) => boolean
): ReadonlyArray<MaybeResidual> => {
  const { backward } = expr.op
  if (backward === "none") return expr.inputs.map(() => null)
  if (backward === "derived") return bodyBackward(expr, incoming, wanted)
  if (backward === "recomputed") return recomputedBackward(expr, expr.op as Composite, incoming, wanted)
  const outputs = expr.types.length === 1 ? [expr] : expr.types.map((_, output) => project(expr, output))
  const handed = backward(incoming, { inputs: expr.inputs, outputs, attrs: expr.attrs })
  if (handed.length !== expr.inputs.length) {
    const counts = `${handed.length} residuals for ${expr.inputs.length} inputs; it is null where there is none`
    throw new DerivativeError(expr.op.name, `it returned ${counts}`)
  }
  for (const [at, input] of expr.inputs.entries()) {
    const residual = handed[at] ?? null
    if (residual !== null && !TensorType.equals(residual.type, input.type)) {
      const types = `${TensorType.print(residual.type)} for its input ${at}, which is ${TensorType.print(input.type)}`
      throw new DerivativeError(expr.op.name, `it returned a residual of type ${types}`)
    }
  }
  return handed
}

const bodyBackward = (
  expr: AnyExpr,
  incoming: ReadonlyArray<MaybeResidual>,
  wanted: (input: AnyExpr) => boolean
): ReadonlyArray<MaybeResidual> => {
  const seeds = expr.body.flatMap((value, output) => {
    const residual = incoming[output] ?? null
    return residual === null ? [] : [{ value, residual }]
  })
  const pass = backwardPass(seeds, expr.inputs.filter(wanted), { cut: true })
  const operands = expr.inputs.map(sameInputs())
  // An operand that is given twice stands in the body as one value, whose residual holds both uses.
  return operands.map((input, at) => (operands.indexOf(input) === at && wanted(input) ? pass.residual(input) : null))
}

/** The backward of a body on the same operands behind barriers, where nothing is to be computed before the residuals are. */
const recomputedBackward = (
  expr: AnyExpr,
  composite: Composite,
  incoming: ReadonlyArray<MaybeResidual>,
  wanted: (input: AnyExpr) => boolean
): ReadonlyArray<MaybeResidual> => {
  const after = incoming.filter((residual) => residual !== null)
  const operands = expr.inputs.map(sameInputs())
  const behind = new Map(operands.map((operand) => [operand, op.barrier(operand, { after })]))
  const barriers = operands.map((operand) => behind.get(operand) as AnyExpr)
  const ends = new Set(barriers.filter((_, at) => wanted(expr.inputs[at] as AnyExpr)))
  return bodyBackward(applyComposite(composite, barriers, expr.attrs), incoming, (barrier) => ends.has(barrier))
}

/**
 * Pulls a residual back from a value to others: dL/d(each of `towards`), given dL/d(value). It is `null` for a value
 * that no residual reaches. The result is made of the same ops, so that it can be pulled back again.
 *
 * Throws a `ShapeError` for a residual of another type than the value.
 *
 * ```ts
 * import { constant, input, op } from "@residual/core"
 * import { pullback } from "@residual/graph"
 * const x = input("x", [2])
 * pullback(op.exp(x), constant([1, 0]), [x])[0]?.type.shape // => [2]
 * ```
 */
export const pullback = (
  value: AnyExpr,
  residual: AnyExpr,
  towards: ReadonlyArray<AnyExpr>
): ReadonlyArray<MaybeResidual> => {
  const pass = backwardPass([{ value, residual }], towards)
  return towards.map((expr) => pass.residual(expr))
}
